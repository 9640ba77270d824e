/* Pan, zoom and arrow keys for the chain picture. Without this file the picture is whole, scrolls
   in its frame and its links work; with it, nothing in it is lost: tab order and links stay.
   One view per figure: the part of the picture (in its own units) that the frame shows. */
"use strict";
(() => {
  const CLOSEST = 3;
  const READABLE = 0.85; // below this scale the words are small: show a part instead…
  const NEARLY = 0.7; // …unless the whole width nearly fits, when nothing should be cut off
  const EDGE = 24;
  const STEP = 1.3;

  const clamp = (value, low, high) => Math.min(Math.max(value, low), Math.max(low, high));

  class Chain {
    constructor(figure) {
      this.figure = figure;
      this.frame = figure.querySelector(".chain-window");
      this.svg = figure.querySelector("svg.chain-svg");
      this.whole = this.svg.viewBox.baseVal;
      this.size = { width: this.whole.width, height: this.whole.height };
      this.read();
      this.pointers = new Map();
      figure.classList.add("is-live");
      const tools = figure.querySelector(".chain-tools");
      tools.hidden = false;
      tools.addEventListener("click", (event) => {
        const button = event.target.closest("[data-chain-do]");
        if (button) this.act(button.dataset.chainDo);
      });
      this.listen();
      this.home();
    }

    /* Marks with their places, and who hangs on whom. */
    read() {
      this.marks = new Map();
      this.above = new Map();
      this.below = new Map();
      this.links = new Map();
      for (const element of this.svg.querySelectorAll("[data-mark]")) {
        const move = element.transform.baseVal.consolidate().matrix;
        const box = element.querySelector(".chain-box");
        const mark = {
          element,
          x: move.e,
          y: move.f,
          width: box.width.baseVal.value,
          height: box.height.baseVal.value,
        };
        mark.middle = mark.x + mark.width / 2;
        mark.center = mark.y + mark.height / 2;
        this.marks.set(element.dataset.mark, mark);
      }
      for (const path of this.svg.querySelectorAll(".chain-link[data-from]")) {
        const { from, to } = path.dataset;
        const add = (map, key, value) => map.get(key)?.push(value) ?? map.set(key, [value]);
        add(this.below, from, to);
        add(this.above, to, from);
        add(this.links, from, path);
        add(this.links, to, path);
      }
    }

    listen() {
      const svg = this.svg;
      svg.addEventListener("pointerdown", (event) => this.press(event));
      svg.addEventListener("pointermove", (event) => this.move(event));
      for (const end of ["pointerup", "pointercancel"]) {
        svg.addEventListener(end, (event) => this.release(event));
      }
      /* A drag that ends on a link is not a click on it. */
      svg.addEventListener("click", (event) => this.dragged && event.preventDefault(), true);
      svg.addEventListener("dragstart", (event) => event.preventDefault());
      svg.addEventListener(
        "wheel",
        (event) => {
          if (!event.ctrlKey && !event.metaKey) return;
          event.preventDefault();
          /* A notch of a wheel counts like a firm pinch, not like ten. */
          this.zoom(Math.exp(clamp(-event.deltaY, -60, 60) * 0.004), event.clientX, event.clientY);
        },
        { passive: false },
      );
      svg.addEventListener("keydown", (event) => this.key(event));
      svg.addEventListener("focusin", (event) => {
        const element = event.target.closest("[data-mark]");
        if (!element) return;
        this.near(element);
        if (element.matches(":focus-visible")) this.reveal(this.marks.get(element.dataset.mark));
      });
      svg.addEventListener("focusout", () => this.near(null));
      svg.addEventListener("pointerover", (event) => {
        if (event.pointerType === "mouse") this.near(event.target.closest("[data-mark]"));
      });
      svg.addEventListener("pointerleave", () => this.near(null));
      this.watcher = new ResizeObserver(() => this.resized());
      this.watcher.observe(this.frame);
      /* On paper the picture is whole, whatever the screen shows. */
      window.addEventListener("beforeprint", () => {
        this.attribute(0, 0, this.size.width, this.size.height);
        this.isPrinting = true;
      });
      window.addEventListener("afterprint", () => {
        this.isPrinting = false;
        this.show();
      });
    }

    /* ── The view ── */
    get room() {
      const box = this.svg.getBoundingClientRect();
      return { left: box.left, top: box.top, width: box.width || 1, height: box.height || 1 };
    }

    get fitting() {
      const { width, height } = this.room;
      return Math.min(width / this.size.width, height / this.size.height);
    }

    /* Height first, because it decides how much there is to see; then where to look. */
    measure() {
      const width = this.frame.clientWidth || 1;
      const tallest = Math.max(320, window.innerHeight * 0.74);
      const fits = width / this.size.width;
      /* A small picture is not blown up. */
      const scale = fits >= NEARLY ? Math.min(fits, 1) : READABLE;
      this.frame.style.height = `${Math.round(Math.min(this.size.height * scale, tallest)) + 2}px`;
      this.measured = width;
      return scale;
    }

    home() {
      this.scale = this.measure();
      /* Whole, when its words stay readable: nothing at the top or the bottom is cut off then. */
      if (this.fitting >= NEARLY) this.scale = Math.min(this.scale, this.fitting);
      const focus = this.svg.querySelector(".chain-mark.is-focus");
      const mark = focus && this.marks.get(focus.dataset.mark);
      const { width, height } = this.room;
      const x = mark ? mark.middle : this.size.width / 2;
      const y = mark ? mark.center : 0;
      this.x = x - width / this.scale / 2;
      this.y = y - (height / this.scale) * 0.36;
      this.show();
    }

    fit() {
      this.scale = Math.min(this.fitting, 1);
      this.x = this.y = 0;
      this.show();
    }

    show() {
      const { width, height } = this.room;
      this.scale = clamp(this.scale, Math.min(this.fitting, 1), CLOSEST);
      const w = width / this.scale;
      const h = height / this.scale;
      /* The picture never leaves the frame; what is smaller than the frame stays in its middle. */
      this.x = w >= this.size.width ? (this.size.width - w) / 2 : clamp(this.x, 0, this.size.width - w);
      this.y = h >= this.size.height ? (this.size.height - h) / 2 : clamp(this.y, 0, this.size.height - h);
      this.attribute(this.x, this.y, w, h);
    }

    attribute(x, y, w, h) {
      if (this.isPrinting) return;
      this.svg.setAttribute("viewBox", [x, y, w, h].map((n) => n.toFixed(2)).join(" "));
    }

    zoom(factor, clientX, clientY) {
      const { left, top, width, height } = this.room;
      const atX = (clientX ?? left + width / 2) - left;
      const atY = (clientY ?? top + height / 2) - top;
      const scale = clamp(this.scale * factor, Math.min(this.fitting, 1), CLOSEST);
      this.x += atX / this.scale - atX / scale;
      this.y += atY / this.scale - atY / scale;
      this.scale = scale;
      this.show();
    }

    reveal(mark) {
      const { width, height } = this.room;
      const w = width / this.scale;
      const h = height / this.scale;
      const edge = EDGE / this.scale;
      if (mark.x - edge < this.x || mark.x + mark.width + edge > this.x + w) this.x = mark.middle - w / 2;
      if (mark.y - edge < this.y || mark.y + mark.height + edge > this.y + h) this.y = mark.center - h / 2;
      this.show();
    }

    resized() {
      if (this.isPrinting || this.frame.clientWidth === this.measured) return;
      if (!this.figure.isConnected) {
        this.watcher.disconnect();
        return;
      }
      const x = this.x + this.room.width / this.scale / 2;
      this.scale = Math.max(this.scale, this.measure());
      this.x = x - this.room.width / this.scale / 2;
      this.show();
    }

    act(what) {
      if (what === "in") this.zoom(STEP);
      else if (what === "out") this.zoom(1 / STEP);
      else if (what === "fit") this.fit();
      else this.home();
    }

    /* ── Pointers: one drags, two pinch ── */
    press(event) {
      if (event.pointerType === "mouse" && event.button !== 0) return;
      if (!this.pointers.size) this.dragged = false;
      this.pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
      this.travel = 0;
    }

    move(event) {
      const before = this.pointers.get(event.pointerId);
      if (!before) return;
      const now = { x: event.clientX, y: event.clientY };
      const others = [...this.pointers].filter(([id]) => id !== event.pointerId);
      this.travel += Math.hypot(now.x - before.x, now.y - before.y);
      this.pointers.set(event.pointerId, now);
      if (!this.dragged && this.travel < 5) return;
      if (!this.dragged) {
        this.dragged = true;
        this.svg.classList.add("is-dragged");
      }
      if (!this.svg.hasPointerCapture(event.pointerId)) this.svg.setPointerCapture(event.pointerId);
      if (others.length) {
        const other = others[0][1];
        const was = Math.hypot(before.x - other.x, before.y - other.y) || 1;
        const is = Math.hypot(now.x - other.x, now.y - other.y) || 1;
        this.zoom(is / was, (now.x + other.x) / 2, (now.y + other.y) / 2);
      }
      const share = others.length ? 2 : 1;
      this.x -= (now.x - before.x) / this.scale / share;
      this.y -= (now.y - before.y) / this.scale / share;
      this.show();
    }

    release(event) {
      this.pointers.delete(event.pointerId);
      if (!this.pointers.size) {
        this.svg.classList.remove("is-dragged");
        /* The click that follows a drag comes at once; a later one is meant. */
        setTimeout(() => { this.dragged = false; }, 0);
      }
    }

    /* ── Keys ── */
    key(event) {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const plain = { "+": "in", "=": "in", "-": "out", 0: "fit", Home: "home" }[event.key];
      if (plain) {
        event.preventDefault();
        this.act(plain);
        return;
      }
      const element = event.target.closest("[data-mark]");
      const way = { ArrowUp: "up", ArrowDown: "down", ArrowLeft: "left", ArrowRight: "right" }[event.key];
      if (!element || !way) return;
      event.preventDefault();
      this.neighbour(element.dataset.mark, way)?.element.focus({ preventScroll: true });
    }

    /* Along the chain if there is a link that way, else the nearest mark that way. */
    neighbour(name, way) {
      const from = this.marks.get(name);
      const sign = way === "up" || way === "left" ? -1 : 1;
      const upright = way === "up" || way === "down";
      const linked = upright ? (way === "up" ? this.above : this.below).get(name) ?? [] : [];
      const nearest = (marks, aside) => {
        let best = null;
        let least = Infinity;
        for (const mark of marks) {
          const along = sign * (upright ? mark.center - from.center : mark.middle - from.middle);
          if (along <= 1) continue;
          const across = Math.abs(upright ? mark.middle - from.middle : mark.center - from.center);
          const distance = along + aside * across;
          if (distance < least) [best, least] = [mark, distance];
        }
        return best;
      };
      return nearest(linked.map((other) => this.marks.get(other)), 1)
        ?? nearest(this.marks.values(), upright ? 2 : 6);
    }

    near(element) {
      for (const path of this.nearby ?? []) path.classList.remove("is-near");
      this.nearby = element ? this.links.get(element.dataset.mark) ?? [] : [];
      for (const path of this.nearby) path.classList.add("is-near");
      this.svg.classList.toggle("has-near", this.nearby.length > 0);
    }
  }

  const started = new WeakSet();
  const start = (root) => {
    const figures = [...root.querySelectorAll("figure[data-chain]")];
    if (root.matches?.("figure[data-chain]")) figures.push(root);
    for (const figure of figures) {
      if (started.has(figure) || !figure.querySelector("svg.chain-svg")) continue;
      started.add(figure);
      new Chain(figure);
    }
  };
  if (document.readyState === "loading") {
    document.addEventListener("DOMContentLoaded", () => start(document));
  } else {
    start(document);
  }
  document.addEventListener("htmx:load", (event) => start(event.detail?.elt ?? document));
})();
