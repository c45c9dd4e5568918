// The work that a browser shows for a ticket: the first number with which SHA-256 of `ticket:number` begins with so many zero bits.
// - WebCrypto hashes one text at a time, with a wait between; this is plain arithmetic, several times as fast, and yields to the page.
// - Whole blocks of the ticket are hashed once; the number stands in the last block or two.
"use strict";
const Work = (() => {
  const K = new Int32Array(64), START = new Int32Array(8), W = new Int32Array(64);
  for (let n = 2, count = 0; count < 64; n += 1) {
    let isPrime = true;
    for (let d = 2; d * d <= n; d += 1) if (n % d === 0) { isPrime = false; break; }
    if (!isPrime) continue;
    const part = (power) => Math.floor((n ** power - Math.floor(n ** power)) * 0x100000000);
    if (count < 8) START[count] = part(1 / 2);
    K[count] = part(1 / 3);
    count += 1;
  }

  // Hashes one block of bytes into a state of eight words.
  function block(state, bytes, from) {
    for (let i = 0; i < 16; i += 1) {
      const at = from + 4 * i;
      W[i] = (bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3];
    }
    for (let i = 16; i < 64; i += 1) {
      const x = W[i - 15], y = W[i - 2];
      const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
      const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
      W[i] = (W[i - 16] + s0 + W[i - 7] + s1) | 0;
    }
    let a = state[0], b = state[1], c = state[2], d = state[3], e = state[4], f = state[5], g = state[6], h = state[7];
    for (let i = 0; i < 64; i += 1) {
      const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
      const t1 = (h + s1 + ((e & f) ^ (~e & g)) + K[i] + W[i]) | 0;
      const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
      const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      h = g; g = f; f = e; e = (d + t1) | 0; d = c; c = b; b = a; a = (t1 + t2) | 0;
    }
    state[0] += a; state[1] += b; state[2] += c; state[3] += d; state[4] += e; state[5] += f; state[6] += g; state[7] += h;
  }

  // Gives a function from a number to the first 32 bits of the hash of `head` and that number.
  function hasher(head) {
    const bytes = new TextEncoder().encode(head), whole = bytes.length - (bytes.length % 64);
    const base = START.slice(), state = new Int32Array(8), tail = new Uint8Array(128), rest = bytes.length - whole;
    for (let at = 0; at < whole; at += 64) block(base, bytes, at);
    tail.set(bytes.subarray(whole));
    return (number) => {
      const digits = String(number);
      for (let i = 0; i < digits.length; i += 1) tail[rest + i] = digits.charCodeAt(i);
      const end = rest + digits.length, size = end + 9 <= 64 ? 64 : 128, bits = (whole + end) * 8;
      tail.fill(0, end);
      tail[end] = 0x80;
      tail[size - 3] = bits >>> 16; tail[size - 2] = bits >>> 8; tail[size - 1] = bits;
      state.set(base);
      block(state, tail, 0);
      if (size === 128) block(state, tail, 64);
      return state[0] >>> 0;
    };
  }

  async function of(ticket, bits) {
    const first = hasher(`${ticket}:`), STEP = 20000;
    for (let from = 0; ; from += STEP) {
      for (let n = from; n < from + STEP; n += 1) if (Math.clz32(first(n)) >= bits) return String(n);
      await new Promise((go) => { setTimeout(go, 0); });
    }
  }

  return { first: (head, number) => hasher(head)(number), of };
})();
