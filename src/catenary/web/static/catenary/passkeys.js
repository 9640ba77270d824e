/* Asks the browser for a passkey and sends its answer with the form. What it is asked stands in
   the form's data-options, as the Web Authentication API writes it in JSON. */
(function () {
  "use strict";

  function bytes(text) {
    var plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
    return Uint8Array.from(plain, function (letter) { return letter.charCodeAt(0); });
  }
  function text(buffer) {
    var plain = String.fromCharCode.apply(null, new Uint8Array(buffer));
    return btoa(plain).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  }
  function named(list) {
    return (list || []).map(function (each) {
      return Object.assign({}, each, { id: bytes(each.id) });
    });
  }
  function question(said) {
    var asked = Object.assign({}, said.publicKey || said);
    asked.challenge = bytes(asked.challenge);
    if (asked.user) asked.user = Object.assign({}, asked.user, { id: bytes(asked.user.id) });
    if (asked.excludeCredentials) asked.excludeCredentials = named(asked.excludeCredentials);
    if (asked.allowCredentials) asked.allowCredentials = named(asked.allowCredentials);
    return { publicKey: asked };
  }
  function answer(credential) {
    var response = {};
    ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]
      .forEach(function (name) {
        if (credential.response[name]) response[name] = text(credential.response[name]);
      });
    return JSON.stringify({
      id: credential.id,
      rawId: text(credential.rawId),
      type: credential.type,
      authenticatorAttachment: credential.authenticatorAttachment || null,
      clientExtensionResults: credential.getClientExtensionResults(),
      response: response
    });
  }

  document.querySelectorAll("form[data-passkey]").forEach(function (form) {
    var failed = form.querySelector("[data-passkey-failed]");
    if (!window.PublicKeyCredential) { failed.hidden = false; return; }
    form.addEventListener("submit", function (event) {
      if (form.elements.passkey.value) return;
      event.preventDefault();
      failed.hidden = true;
      var asked = question(JSON.parse(form.dataset.options));
      navigator.credentials[form.dataset.passkey](asked).then(function (credential) {
        form.elements.passkey.value = answer(credential);
        form.submit();
      }).catch(function () { failed.hidden = false; });
    });
  });
})();
