/* Which sections of a form are open is told to the server with the form, so that they still are on
   the answer; and a link into a closed one opens it, where the browser does not do so itself. */
(function () {
  "use strict";

  function tell() {
    var field = document.querySelector("[data-open-parts]");
    if (!field) return;
    var open = Array.from(document.querySelectorAll("details[data-part][open]"));
    // "-" stands for none: then the answer opens none either.
    field.value = open.map(function (part) { return part.dataset.part; }).join(" ") || "-";
  }

  function reveal() {
    var place = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
    var part = place && place.closest("details[data-part]");
    if (part && !part.open) {
      part.open = true;
      place.scrollIntoView();
    }
  }

  document.addEventListener("toggle", tell, true);
  document.addEventListener("htmx:afterSettle", tell);
  document.addEventListener("click", function (event) {
    // The same link a second time changes no address, and opens it all the same.
    var link = event.target.closest('a[href^="#"]');
    if (link) setTimeout(reveal, 0);
  });
  window.addEventListener("hashchange", reveal);
  tell();
  reveal();
})();
