// The informant's side of a tip-off: lodge under a new claim code, come back with it, read answers, answer again.
"use strict";
(() => {
  const page = document.getElementById("tip"), line = page.dataset;
  const show = (id, is = true) => { document.getElementById(id).hidden = !is; };
  if (!Seal.isAble) { show("unable"); return; }
  show("lodge-part"); show("back-part");

  function fault(form, code) {
    form.querySelector("[role=alert]").textContent = line[code] || line.failed;
    form.querySelector("button").disabled = false;
  }

  async function send(path, said) {
    const ticket = await (await fetch("/public/tips/ticket", { credentials: "omit" })).json();
    const number = await Seal.work(ticket.ticket, ticket.bits);
    const body = JSON.stringify({ ticket: ticket.ticket, number, ...said });
    const answer = await fetch(path, { method: "POST", credentials: "omit", headers: { "content-type": "application/json" }, body });
    if (!answer.ok) throw new Error(answer.status === 404 ? "absent" : answer.status === 429 ? "busy" : "failed");
    return answer.json();
  }

  const readers = (mailbox) => ({ line: line.lineKey, informant: mailbox });

  function onSubmit(id, work) {
    const form = document.getElementById(id);
    form.addEventListener("submit", async (submit) => {
      submit.preventDefault();
      form.querySelector("[role=alert]").textContent = "";
      form.querySelector("button").disabled = true;
      try { await work(form); form.querySelector("button").disabled = false; } catch (wrong) { fault(form, wrong.message); }
    });
  }

  onSubmit("lodge", async (form) => {
    const field = form.querySelector("textarea"), code = Seal.code();
    const own = await Seal.claim(code), keys = await Seal.pair();
    const mailbox = await Seal.told(keys.publicKey);
    const sealed = await Seal.seal(field.value, readers(mailbox), `${own.mailbox} informant`);
    const kept = await Seal.keep(keys.privateKey, own.lock);
    const said = { mailbox: own.mailbox, pass_hash: await Seal.digest(own.pass), public_key: mailbox, kept_key: kept, line_key: line.lineName, sealed };
    const taken = await send("/public/tips/lodge", said);
    document.getElementById("claim-code").textContent = code;
    document.getElementById("receipt-code").textContent = taken.code;
    document.getElementById("receipt-link").href = `/public/verify?code=${encodeURIComponent(taken.code)}`;
    field.value = "";
    show("lodge-part", false); show("back-part", false); show("lodged");
  });

  let held = null;

  async function look() {
    const said = await send("/public/tips/read", { mailbox: held.own.mailbox, passed: held.own.pass });
    const secret = await Seal.take(said.kept_key, held.own.lock);
    held.mailbox = said.public_key;
    const talk = document.getElementById("talk");
    talk.replaceChildren();
    for (const one of said.messages) {
      const item = document.createElement("li"), when = document.createElement("small"), words = document.createElement("p");
      item.className = one.sender;
      when.textContent = `${one.sent_on}　${line[one.sender]}`;
      try { words.textContent = await Seal.open(one.sealed, secret, "informant", `${held.own.mailbox} ${one.sender}`); }
      catch { words.textContent = line.unread; }
      item.append(when, words);
      talk.append(item);
    }
    const told = (words, day) => (day ? words.replace("{day}", day) : "");
    document.getElementById("dues").textContent = [
      said.acknowledged_on ? told(line.acknowledged, said.acknowledged_on) : told(line.due, said.due_on),
      said.closed_on ? told(line.closed, said.closed_on) : told(line.closeDue, said.close_due_on),
    ].join(" ").trim();
    show("lodge-part", false); show("back-part", false); show("mailbox");
  }

  onSubmit("back", async (form) => {
    const field = form.querySelector("input");
    if (!Seal.plain(field.value)) throw new Error("absent");
    held = { own: await Seal.claim(field.value) };
    await look();
    field.value = "";
  });

  onSubmit("more", async (form) => {
    const field = form.querySelector("textarea");
    const sealed = await Seal.seal(field.value, readers(held.mailbox), `${held.own.mailbox} informant`);
    await send("/public/tips/write", { mailbox: held.own.mailbox, passed: held.own.pass, sealed });
    field.value = "";
    await look();
  });
})();
