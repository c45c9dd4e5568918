// What is said between an informant and a line, sealed and opened in the browser with WebCrypto alone; no server sees clear text.
// - A message is AES-256-GCM under a key of its own; that key is locked for each reader by ECDH over P-256 and HKDF-SHA-256.
// - A claim code of 125 bits gives mailbox, pass and lock by HKDF; a passphrase locks a line's key by PBKDF2 (600,000 rounds).
// - An answer of the line is signed (ECDSA over P-256) under the key that its mailbox was lodged to; the informant's browser verifies it.
// - The fingerprint of that key lies with the mailbox's private key, locked by the claim code: no server can put another in its place.
// - A message names mailbox and sender as additional data, so that it opens in its own place alone; its length is hidden by padding.
"use strict";
const Seal = (() => {
  const crypto = window.crypto, subtle = crypto.subtle;
  const text = new TextEncoder(), read = new TextDecoder();
  const CURVE = { name: "ECDH", namedCurve: "P-256" };
  const LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ", CODE_CHARS = 25, BLOCK = 2048, ROUNDS = 600000;

  const pack = (bytes) => btoa(Array.from(new Uint8Array(bytes), (one) => String.fromCharCode(one)).join(""));
  const unpack = (said) => Uint8Array.from(atob(said), (one) => one.charCodeAt(0));
  const hex = (bytes) => [...new Uint8Array(bytes)].map((one) => one.toString(16).padStart(2, "0")).join("");
  const chance = (count) => crypto.getRandomValues(new Uint8Array(count));
  const digest = async (said) => hex(await subtle.digest("SHA-256", text.encode(said)));

  function code() {
    const said = [...chance(CODE_CHARS)].map((one) => LETTERS[one % 32]).join("");
    return said.match(/.{5}/g).join("-");
  }

  function plain(said) {
    const code = said.toUpperCase().replace(/[\s-]/g, "").replace(/O/g, "0").replace(/[IL]/g, "1");
    return code.length === CODE_CHARS && [...code].every((one) => LETTERS.includes(one)) ? code : "";
  }

  async function claim(said) {
    const root = await subtle.importKey("raw", text.encode(plain(said)), "HKDF", false, ["deriveBits", "deriveKey"]);
    const of = (use) => ({ name: "HKDF", hash: "SHA-256", salt: new Uint8Array(32), info: text.encode(`comptroller tip ${use}`) });
    const bits = async (use) => hex(await subtle.deriveBits(of(use), root, 128));
    const lock = await subtle.deriveKey(of("lock"), root, { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
    return { mailbox: await bits("mailbox"), pass: await bits("pass"), lock };
  }

  async function phrase(said, salt) {
    const root = await subtle.importKey("raw", text.encode(said.normalize("NFKC")), "PBKDF2", false, ["deriveKey"]);
    const how = { name: "PBKDF2", hash: "SHA-256", salt, iterations: ROUNDS };
    return subtle.deriveKey(how, root, { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
  }

  const SIGNS = { name: "ECDSA", namedCurve: "P-256" }, HOW = { name: "ECDSA", hash: "SHA-256" };
  const signers = () => subtle.generateKey(SIGNS, true, ["sign", "verify"]);
  const fingerprint = async (key, sign) => (await digest(sign ? `${key} ${sign}` : key)).slice(0, 32);
  const answer_text = (mailbox, sealed) => text.encode(`comptroller tip answer\n${mailbox}\n${sealed}`);

  const pair = () => subtle.generateKey(CURVE, true, ["deriveBits"]);
  const open_key = (said) => subtle.importKey("spki", unpack(said), CURVE, true, []);
  const told = async (key) => pack(await subtle.exportKey("spki", key));

  async function keep(secret, lock, salt) {
    const iv = chance(12);
    const kept = await subtle.encrypt({ name: "AES-GCM", iv }, lock, await subtle.exportKey("pkcs8", secret));
    return JSON.stringify({ salt: pack(salt || new Uint8Array()), iv: pack(iv), key: pack(kept) });
  }

  async function take(kept, lock) {
    const said = JSON.parse(kept);
    const bytes = await subtle.decrypt({ name: "AES-GCM", iv: unpack(said.iv) }, lock, unpack(said.key));
    return subtle.importKey("pkcs8", bytes, CURVE, false, ["deriveBits"]);
  }

  async function keep_signer(kept, secret, lock) {
    const iv = chance(12);
    const key = await subtle.encrypt({ name: "AES-GCM", iv }, lock, await subtle.exportKey("pkcs8", secret));
    return JSON.stringify({ ...JSON.parse(kept), sign: { iv: pack(iv), key: pack(key) } });
  }

  async function take_signer(kept, lock) {
    const said = JSON.parse(kept).sign;
    if (!said) return null;
    const bytes = await subtle.decrypt({ name: "AES-GCM", iv: unpack(said.iv) }, lock, unpack(said.key));
    return subtle.importKey("pkcs8", bytes, SIGNS, false, ["sign"]);
  }

  async function pin(kept, lock, mailbox, print) {
    const iv = chance(12), how = { name: "AES-GCM", iv, additionalData: text.encode(`${mailbox} line key`) };
    const box = await subtle.encrypt(how, lock, text.encode(print));
    return JSON.stringify({ ...JSON.parse(kept), pin: { iv: pack(iv), box: pack(box) } });
  }

  async function pinned(kept, lock, mailbox) {
    const said = JSON.parse(kept).pin;
    if (!said) return "";
    const how = { name: "AES-GCM", iv: unpack(said.iv), additionalData: text.encode(`${mailbox} line key`) };
    return read.decode(await subtle.decrypt(how, lock, unpack(said.box)));
  }

  async function sign(sealed, secret, mailbox, key) {
    const sig = pack(await subtle.sign(HOW, secret, answer_text(mailbox, sealed)));
    return JSON.stringify({ v: 2, sealed, key, sig });
  }

  // Gives the ciphertext of an answer, and whether the key signed it: "signed", "none" (an older key signs nothing) or "wrong".
  async function verified(answer, mailbox, key) {
    const said = JSON.parse(answer), inner = said.v === 2 ? said.sealed : answer;
    if (!key.sign_key) return { sealed: inner, state: "none" };
    if (said.v !== 2 || said.key !== key.line_key) return { sealed: inner, state: "wrong" };
    try {
      const half = await subtle.importKey("spki", unpack(key.sign_key), SIGNS, false, ["verify"]);
      const is = await subtle.verify(HOW, half, unpack(said.sig), answer_text(mailbox, said.sealed));
      return { sealed: inner, state: is ? "signed" : "wrong" };
    } catch { return { sealed: inner, state: "wrong" }; }
  }

  const inner = (answer) => { const said = JSON.parse(answer); return said.v === 2 ? said.sealed : answer; };

  async function shared(secret, other, iv) {
    const bits = await subtle.deriveBits({ name: "ECDH", public: other }, secret, 256);
    const root = await subtle.importKey("raw", bits, "HKDF", false, ["deriveKey"]);
    const how = { name: "HKDF", hash: "SHA-256", salt: iv, info: text.encode("comptroller tip message") };
    return subtle.deriveKey(how, root, { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
  }

  function padded(said) {
    const bytes = text.encode(said);
    const whole = new Uint8Array(Math.ceil((bytes.length + 4) / BLOCK) * BLOCK);
    new DataView(whole.buffer).setUint32(0, bytes.length);
    whole.set(bytes, 4);
    return whole;
  }

  async function seal(said, readers, about) {
    const iv = chance(12), once = await pair();
    const key = await subtle.generateKey({ name: "AES-GCM", length: 256 }, true, ["encrypt"]);
    const body = await subtle.encrypt({ name: "AES-GCM", iv, additionalData: text.encode(about) }, key, padded(said));
    const raw = await subtle.exportKey("raw", key), locked = {};
    for (const [name, reader] of Object.entries(readers)) {
      const own = chance(12);
      const kept = await subtle.encrypt({ name: "AES-GCM", iv: own }, await shared(once.privateKey, await open_key(reader), own), raw);
      locked[name] = { iv: pack(own), key: pack(kept) };
    }
    return JSON.stringify({ v: 1, once: await told(once.publicKey), iv: pack(iv), body: pack(body), for: locked });
  }

  async function open(sealed, secret, name, about) {
    const said = JSON.parse(sealed), mine = said.for[name];
    const lock = await shared(secret, await open_key(said.once), unpack(mine.iv));
    const raw = await subtle.decrypt({ name: "AES-GCM", iv: unpack(mine.iv) }, lock, unpack(mine.key));
    const key = await subtle.importKey("raw", raw, "AES-GCM", false, ["decrypt"]);
    const how = { name: "AES-GCM", iv: unpack(said.iv), additionalData: text.encode(about) };
    const whole = new Uint8Array(await subtle.decrypt(how, key, unpack(said.body)));
    return read.decode(whole.subarray(4, 4 + new DataView(whole.buffer).getUint32(0)));
  }

  const isAble = Boolean(subtle);
  return { isAble, chance, claim, code, digest, fingerprint, inner, keep, keep_signer, open, pair, phrase, pin, pinned, plain, seal, sign, signers, take, take_signer,
    told, unpack, verified };
})();
