/* Pages that change while one looks at them. A stream says that something changed; marks that are
   on the page follow at once, the rest is fetched again a moment later. Without this file, or when
   the stream cannot be had, a page is as current as its last reload, or as its last look.

   The stream is held only while the page can be seen: a browser keeps few lines to one host. */
"use strict";
(() => {
  const sign = document.querySelector("[data-live]");
  if (!sign || !window.EventSource) return;
  const AGAIN = 15000; // when there is no stream: how often one looks
  const SILENT = 45000; // three signs of life that did not come: the line is dead, though nobody said so
  const first = new URL(sign.dataset.live, location.href);
  let seen = first.searchParams.get("seen");
  let source = null;
  let looking = 0;
  let silent = 0;
  let wanted = false;

  let stale = "isStale" in sign.dataset; // nobody can know whether what is shown is so still

  const say = (how) => {
    const state = how === "live" && stale ? "stale" : how;
    sign.hidden = false;
    sign.classList.toggle("is-stale", state === "stale");
    sign.classList.toggle("is-waiting", state === "waiting");
    sign.classList.toggle("is-off", state === "off");
    for (const words of sign.querySelectorAll("[data-live-says]")) {
      words.hidden = words.dataset.liveSays !== state;
    }
  };

  /* ── What is at hand already ── */
  const KINDS = { "at-risk": "operational", unheard: "unknown" };

  /* True when the mark became another one. */
  const mark = (place, kind) => {
    const template = sign.querySelector(`[data-mark-of="${KINDS[kind] ?? kind}"]`);
    if (!template) return false;
    const word = (root) => root.querySelector(".condition")?.className;
    const differs = word(place) !== word(template.content);
    place.replaceChildren(template.content.cloneNode(true));
    place.classList.remove("has-changed");
    void place.offsetWidth; // begins the animation anew
    place.classList.add("has-changed");
    return differs;
  };

  /* Marks are new, the words around them are not: until they are, they do not speak. */
  const behind = (place) => {
    place.closest("[data-refresh]")?.setAttribute("aria-busy", "true");
    place.closest("li, [data-refresh]")?.classList.add("is-behind");
  };

  const apply = (told) => {
    for (const place of document.querySelectorAll("[data-condition-of]")) {
      const kind = told.services[place.dataset.conditionOf];
      if (kind && mark(place, kind)) behind(place);
    }
    for (const place of document.querySelectorAll("[data-count-of]")) {
      const count = told.counts[place.dataset.countOf]?.toLocaleString(document.documentElement.lang);
      if (count === undefined || count === place.textContent) continue;
      place.textContent = count;
      behind(place);
    }
  };

  /* What changed just now, until the page is whole again. */
  const news = (told) => {
    const list = document.querySelector("[data-live-news]");
    if (!list) return;
    for (const [reference, kind] of Object.entries(told.services).slice(0, 5)) {
      const line = document.createElement("li");
      const place = document.createElement("span");
      mark(place, kind);
      const link = document.createElement("a");
      link.href = `/services/${reference}/status/`;
      link.textContent = reference;
      line.append(place, " ", link);
      list.prepend(line);
    }
    while (list.children.length > 5) list.lastElementChild.remove();
    list.hidden = !list.children.length;
  };

  /* ── The rest ── */
  const isBusy = (part) => part.contains(document.activeElement) && /^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement.tagName);

  /* An answer on its way may be from before what is told meanwhile: that counts, not the answer;
     and of two answers, the one that was asked for last. */
  let turn = 0;
  let done = 0;
  let heard = [];

  const refresh = async () => {
    wanted = false;
    const mine = ++turn;
    const places = new Map();
    for (const part of document.querySelectorAll("[data-refresh]")) {
      if (isBusy(part)) wanted = true;
      else places.set(part.dataset.refresh, [...(places.get(part.dataset.refresh) ?? []), part]);
    }
    for (const [address, parts] of places) {
      try {
        const answer = await fetch(address, {
          headers: { "HX-Request": "true", "HX-Target": parts[0].id },
          credentials: "same-origin",
          cache: "no-store",
        });
        /* Signed out, or no longer to be seen: the page itself says it best. */
        if (answer.redirected || answer.status === 404) { location.reload(); return; }
        if (!answer.ok) { later(parts); continue; }
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        if (mine < done) return;
        done = mine;
        for (const { id } of parts) {
          /* Another answer may have taken the place of what was there when this one was asked. */
          const [part, fresh] = [document.getElementById(id), page.getElementById(id)];
          if (part && fresh) put(part, document.importNode(fresh, true));
        }
        heard = heard.filter((each) => each.turn >= mine);
        for (const each of heard) apply(each.told);
      } catch { later(parts); }
    }
    const list = document.querySelector("[data-live-news]");
    if (list && !wanted) {
      list.replaceChildren();
      list.hidden = true;
    }
  };

  /* What is behind must not stay so: else the next look brings it. */
  const later = (parts) => {
    if (parts.some((part) => part.hasAttribute("aria-busy"))) setTimeout(() => soon(1), AGAIN / 5);
  };

  /* Where somebody stands, and what they have opened or typed, stays as it is. */
  const put = (part, fresh) => {
    const focus = part.contains(document.activeElement) ? document.activeElement.id : "";
    for (const open of part.querySelectorAll("details[id][open]")) {
      const same = fresh.querySelector(`#${CSS.escape(open.id)}`);
      if (same) same.open = true;
    }
    for (const typed of part.querySelectorAll("input[id]:not([type=hidden]), textarea[id]")) {
      const same = fresh.querySelector(`#${CSS.escape(typed.id)}`);
      if (same) same.value = typed.value;
    }
    if (!patched(part, fresh)) part.replaceWith(fresh);
    part.removeAttribute("aria-busy");
    if (focus) document.getElementById(focus)?.focus({ preventScroll: true });
    document.dispatchEvent(new CustomEvent("htmx:load", { detail: { elt: document.getElementById(fresh.id) } }));
  };

  /* A chain picture keeps its place and size when only conditions are others. */
  const patched = (part, fresh) => {
    const was = part.querySelector("svg.chain-svg");
    const is = fresh.querySelector("svg.chain-svg");
    if (!was || !is) return false;
    const marks = (svg) => [...svg.querySelectorAll("[data-mark]")];
    const shape = (svg) => marks(svg).map((m) => `${m.dataset.mark} ${m.getAttribute("transform")}`).sort().join();
    if (shape(was) !== shape(is)) return false;
    for (const mark of marks(is)) {
      const old = was.querySelector(`[data-mark="${mark.dataset.mark}"]`);
      if (old.innerHTML === mark.innerHTML && old.getAttribute("class") === mark.getAttribute("class")) continue;
      for (const name of ["class", "aria-label"]) old.setAttribute(name, mark.getAttribute(name) ?? "");
      old.replaceChildren(...mark.childNodes);
      old.classList.add("has-changed");
    }
    const links = is.querySelectorAll(".chain-link[data-from]");
    for (const link of links) {
      const { from, to } = link.dataset;
      const old = was.querySelector(`.chain-link[data-from="${from}"][data-to="${to}"]`);
      if (old) old.setAttribute("class", link.getAttribute("class"));
    }
    const legend = fresh.querySelector(".chain-caption");
    if (legend) part.querySelector(".chain-caption")?.replaceWith(legend);
    for (const text of fresh.querySelectorAll("[data-live-text]")) {
      part.querySelector(`[data-live-text="${text.dataset.liveText}"]`)?.replaceWith(text);
    }
    return true;
  };

  /* Many pages must not all ask at the same moment: the stream says how far apart. */
  const soon = (seconds) => {
    if (wanted) return;
    wanted = true;
    setTimeout(refresh, 100 + Math.random() * seconds * 1000);
  };
  document.addEventListener("focusout", () => { if (wanted) setTimeout(refresh, 300); });

  /* Whether somebody follows what is reported, and the database answers. The words come with it:
     without a database no part of the page can be fetched. */
  const current = (told) => {
    const becomes = stale !== !told.current;
    stale = !told.current;
    say("live");
    for (const box of document.querySelectorAll("[data-live-stale]")) {
      box.querySelector("strong").textContent = told.says;
      box.querySelector("span").textContent = told.why;
      box.hidden = !stale;
    }
    if (becomes) soon(told.within);
  };

  /* ── The stream ── */
  /* A network that is gone says nothing: only that nothing is heard any more tells of it. */
  const hears = () => {
    clearTimeout(silent);
    silent = setTimeout(() => { close(); say("waiting"); open(); }, SILENT + Math.random() * 5000);
  };

  const open = () => {
    clearTimeout(looking);
    if (source || document.hidden) return;
    const address = new URL(first);
    address.searchParams.set("seen", seen);
    source = new EventSource(address);
    hears();
    for (const sort of ["open", "current", "changed", "here"]) source.addEventListener(sort, hears);
    source.addEventListener("open", () => say("live"));
    source.addEventListener("current", (event) => current(JSON.parse(event.data)));
    source.addEventListener("changed", (event) => {
      seen = event.lastEventId;
      const told = JSON.parse(event.data);
      heard = [...heard, { turn, told }].slice(-100);
      apply(told);
      news(told);
      soon(told.within);
    });
    source.addEventListener("error", () => {
      if (source.readyState === EventSource.CLOSED) {
        /* Refused: too many pages are open, or whoever looks is signed out. */
        close();
        say("off");
        looking = setTimeout(() => { refresh(); open(); }, AGAIN);
      } else {
        say("waiting");
      }
    });
  };

  const close = () => {
    clearTimeout(looking);
    clearTimeout(silent);
    source?.close();
    source = null;
  };

  document.addEventListener("visibilitychange", () => (document.hidden ? close() : open()));
  window.addEventListener("pagehide", close);
  window.addEventListener("pageshow", (event) => { if (event.persisted) open(); });
  open();
})();
