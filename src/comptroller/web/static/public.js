// Compares a file with the hash of a letter, in the browser: the file is not sent anywhere.
"use strict";
(() => {
  const form = document.getElementById("compare");
  if (!form || !window.crypto.subtle) { if (form) form.hidden = true; return; }
  form.addEventListener("submit", (submit) => submit.preventDefault());
  form.querySelector("input").addEventListener("change", async (change) => {
    const file = change.target.files[0];
    if (!file) return;
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", await file.arrayBuffer()));
    const said = [...digest].map((one) => one.toString(16).padStart(2, "0")).join("");
    const isSame = said === document.getElementById("hash").textContent.trim();
    form.querySelector("[data-same]").hidden = !isSame;
    form.querySelector("[data-other]").hidden = isSame;
  });
})();
