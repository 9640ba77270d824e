/* Watching the table without disturbing whoever writes at it. A part in which somebody is writing
   is left alone until they have finished; then the next look brings it up to date. Without script
   the page is as current as its last reload. */
(function () {
  "use strict";
  var held = false;

  function isWriting(part) {
    var fields = part.querySelectorAll("textarea, input[type=text]");
    for (var i = 0; i < fields.length; i += 1) {
      if (fields[i] === document.activeElement || fields[i].value !== fields[i].defaultValue) return true;
    }
    return false;
  }

  function showHeld() {
    var notice = document.getElementById("ws-held");
    if (notice) notice.hidden = !held;
  }

  document.addEventListener("htmx:beforeRequest", function (event) {
    if (event.target.id !== "ws-poll") return;
    if (document.hidden) event.preventDefault();
    held = false;
  });

  document.addEventListener("htmx:oobBeforeSwap", function (event) {
    var part = event.detail.target;
    if (part.id === "ws-poll") {
      /* As long as something was left out, the table is asked again in the old words. */
      if (held) event.detail.shouldSwap = false;
      showHeld();
    } else if (isWriting(part)) {
      held = true;
      event.detail.shouldSwap = false;
    }
  });
})();
