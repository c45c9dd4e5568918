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

  async function send(path, purpose, said) {
    const ticket = await (await fetch(`/public/tips/ticket?for=${purpose}`, { credentials: "omit" })).json();
    for (let bits = ticket.bits, tries = 0; tries < 5; tries += 1) {
      const number = await Work.of(ticket.ticket, bits);
      const body = JSON.stringify({ ticket: ticket.ticket, number, ...said });
      const answer = await fetch(path, { method: "POST", credentials: "omit", headers: { "content-type": "application/json" }, body });
      if (answer.ok) return answer.json();
      const more = answer.status === 429 && (answer.headers.get("content-type") || "").startsWith("application/json");
      if (!more) throw new Error(answer.status === 404 ? "absent" : answer.status === 429 ? "busy" : "failed");
      bits = (await answer.json()).bits;
    }
    throw new Error("busy");
  }

  const readers = (mailbox, key) => ({ line: key, informant: mailbox });
  const isTrue = async (key) => (await Seal.fingerprint(key.public_key, key.sign_key)) === key.line_key;

  const compare = document.getElementById("compare-key");
  compare.addEventListener("input", () => {
    const typed = compare.value.toLowerCase().replace(/[^0-9a-f]/g, "");
    show("key-same", typed === line.lineName);
    show("key-other", typed.length >= line.lineName.length && typed !== line.lineName);
  });

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
    if (!(await isTrue({ public_key: line.lineKey, sign_key: line.signKey, line_key: line.lineName }))) throw new Error("falseKey");
    const own = await Seal.claim(code), keys = await Seal.pair();
    const mailbox = await Seal.told(keys.publicKey);
    const sealed = await Seal.seal(field.value, readers(mailbox, line.lineKey), `${own.mailbox} informant`);
    const kept = await Seal.pin(await Seal.keep(keys.privateKey, own.lock), own.lock, own.mailbox, line.lineName);
    const said = { mailbox: own.mailbox, pass_hash: await Seal.digest(own.pass), public_key: mailbox, kept_key: kept, line_key: line.lineName, sealed };
    const taken = await send("/public/tips/lodge", "lodge", said);
    document.getElementById("claim-code").textContent = code;
    document.getElementById("receipt-code").textContent = taken.code;
    document.getElementById("receipt-link").href = `/public/verify?code=${encodeURIComponent(taken.code)}`;
    field.value = "";
    show("lodge-part", false); show("back-part", false); show("lodged");
  });

  let held = null;

  // The key that this mailbox was lodged to: by the fingerprint that the claim code locks, never by the server's word alone.
  async function keyOf(said) {
    let print = "";
    try { print = await Seal.pinned(said.kept_key, held.own.lock, held.own.mailbox); } catch { return null; }
    const key = said.keys.find((one) => one.line_key === (print || said.line_key));
    return key && (await isTrue(key)) ? key : null;
  }

  async function ofLine(sealed, seen) {
    if (!held.key) return { sealed, state: "wrong" };
    const found = await Seal.verified(sealed, held.own.mailbox, held.key);
    if (seen.has(found.sealed)) return { sealed, state: "wrong" };
    seen.add(found.sealed);
    return found;
  }

  async function look() {
    const said = await send("/public/tips/read", "read", { mailbox: held.own.mailbox, passed: held.own.pass });
    const secret = await Seal.take(said.kept_key, held.own.lock);
    held.mailbox = said.public_key;
    held.key = await keyOf(said);
    show("key-false", !held.key);
    const seen = new Set();
    const talk = document.getElementById("talk");
    talk.replaceChildren();
    for (const one of said.messages) {
      const item = document.createElement("li"), when = document.createElement("small"), words = document.createElement("p");
      item.className = one.sender;
      when.textContent = `${one.sent_on}　${line[one.sender]}`;
      const answer = one.sender === "line" ? await ofLine(one.sealed, seen) : { sealed: one.sealed, state: "" };
      if (answer.state) when.textContent += `　${line[answer.state]}`;
      item.classList.toggle("wrong", answer.state === "wrong");
      try { words.textContent = answer.state === "wrong" ? line.notLine : await Seal.open(answer.sealed, secret, "informant", `${held.own.mailbox} ${one.sender}`); }
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
    if (!held.key) throw new Error("falseKey");
    const sealed = await Seal.seal(field.value, readers(held.mailbox, held.key.public_key), `${held.own.mailbox} informant`);
    await send("/public/tips/write", "write", { mailbox: held.own.mailbox, passed: held.own.pass, sealed });
    field.value = "";
    await look();
  });
})();
