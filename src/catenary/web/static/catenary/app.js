/* Small comforts of the page; everything works without them. Loaded before the page is drawn so
   that a chosen theme never flashes. Keys: "/" searches; "g" then h, c, n, s, k goes to home,
   catalogue, chain, status, checks; Escape closes a menu or the meaning of a word. */
(function () {
  "use strict";
  var root = document.documentElement;

  function chosenTheme() {
    try { return localStorage.getItem("theme") || "auto"; } catch (refused) { return "auto"; }
  }
  function showTheme(theme) {
    if (theme === "light" || theme === "dark") root.dataset.theme = theme;
    else delete root.dataset.theme;
  }
  showTheme(chosenTheme());

  function markTheme() {
    document.querySelectorAll("[data-choose-theme]").forEach(function (button) {
      button.setAttribute("aria-pressed", String(button.dataset.chooseTheme === chosenTheme()));
    });
  }

  function isTyping(target) {
    return target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
  }

  var waitingForPlace = false;
  var patience = 0;
  document.addEventListener("keydown", function (event) {
    if (event.key === "Escape") {
      document.querySelectorAll("details.menu[open], details.means[open]").forEach(function (menu) {
        menu.open = false;
        menu.querySelector("summary").focus();
      });
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    if (waitingForPlace) {
      waitingForPlace = false;
      var link = document.querySelector('[data-go="' + CSS.escape(event.key) + '"]');
      if (link) { event.preventDefault(); link.click(); }
      return;
    }
    if (event.key === "/") {
      var search = document.querySelector("[data-search]");
      if (search) { event.preventDefault(); search.focus(); search.select(); }
    } else if (event.key === "g") {
      waitingForPlace = true;
      clearTimeout(patience);
      patience = setTimeout(function () { waitingForPlace = false; }, 1200);
    }
  });

  document.addEventListener("click", function (event) {
    var themeButton = event.target.closest("[data-choose-theme]");
    if (themeButton) {
      try { localStorage.setItem("theme", themeButton.dataset.chooseTheme); } catch (refused) { /* lasts for this page only */ }
      showTheme(themeButton.dataset.chooseTheme);
      document.querySelectorAll("[data-choose-theme]").forEach(function (button) {
        button.setAttribute("aria-pressed", String(button === themeButton));
      });
    }
    if (event.target.closest("[data-print]")) window.print();
    document.querySelectorAll("details.menu[open], details.means[open]").forEach(function (menu) {
      if (!menu.contains(event.target)) menu.open = false;
    });
  });

  document.addEventListener("DOMContentLoaded", function () {
    markTheme();
    document.querySelectorAll("[data-needs-script]").forEach(function (part) { part.hidden = false; });
  });
})();
