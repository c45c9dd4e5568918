// The line's side of tip-offs: make its key under a passphrase, open messages with it, answer; the passphrase never leaves the page.
"use strict";
(() => {
  const page = document.getElementById("tips");
  if (!page) return;
  const said = page.dataset, show = (id, is = true) => { const one = document.getElementById(id); if (one) one.hidden = !is; };
  if (!Seal.isAble) { show("unable"); return; }
  const formKey = document.body.dataset.formKey;

  async function send(path, values) {
    const answer = await fetch(path, { method: "POST", credentials: "same-origin", headers: { "x-form-key": formKey }, body: new URLSearchParams(values) });
    if (!answer.ok) throw new Error("failed");
  }

  function onSubmit(id, work) {
    const form = document.getElementById(id);
    if (!form) return;
    form.addEventListener("submit", async (submit) => {
      submit.preventDefault();
      const alert = form.querySelector("[role=alert]"), button = form.querySelector("button");
      alert.textContent = "";
      button.disabled = true;
      try { await work(form); } catch (wrong) { alert.textContent = said[wrong.message] || said.failed; }
      button.disabled = false;
    });
  }

  onSubmit("make-key", async (form) => {
    const [first, second] = [...form.querySelectorAll("input")].map((one) => one.value);
    if (first.length < 12) throw new Error("short");
    if (first !== second) throw new Error("differ");
    const keys = await Seal.pair(), signs = await Seal.signers(), salt = Seal.chance(16);
    const lock = await Seal.phrase(first, salt);
    const kept = await Seal.keep_signer(await Seal.keep(keys.privateKey, lock, salt), signs.privateKey, lock);
    await send("/tips/key", { public_key: await Seal.told(keys.publicKey), sign_key: await Seal.told(signs.publicKey), kept_key: kept });
    location.reload();
  });

  let secret = null, signer = null;
  onSubmit("unlock", async (form) => {
    const field = form.querySelector("input");
    try {
      const lock = await Seal.phrase(field.value, Seal.unpack(JSON.parse(said.keptKey).salt));
      secret = await Seal.take(said.keptKey, lock);
      signer = await Seal.take_signer(said.keptKey, lock);
    } catch { throw new Error("wrong"); }
    field.value = "";
    for (const item of page.querySelectorAll("[data-sealed]")) {
      const words = item.querySelector("p");
      words.className = "";
      try { words.textContent = await Seal.open(Seal.inner(item.dataset.sealed), secret, "line", `${said.mailbox} ${item.dataset.sender}`); }
      catch { words.textContent = said.unread; }
    }
    show("unlock", false); show("answer");
  });

  onSubmit("answer", async (form) => {
    const field = form.querySelector("textarea");
    const sealed = await Seal.seal(field.value, { line: said.lineKey, informant: said.mailboxKey }, `${said.mailbox} line`);
    const answer = signer ? await Seal.sign(sealed, signer, said.mailbox, said.lineName) : sealed;
    await send(`/tips/${said.number}`, { sealed: answer });
    field.value = "";
    location.reload();
  });
})();
