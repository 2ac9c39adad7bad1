// Sealing tips where they are written: format qadaga-tip/1, with WebCrypto alone. The portal's page
// and the TypeScript client share this file; qadaga_client/tips.py is the same in Python.
//
// A receipt derives (Argon2id) what finds a tip and what opens it. A piece is JSON or a part of a
// file, padded, under AES-256-GCM with a data key of its own; the data key is sealed to each reader
// by HPKE (RFC 9180, base mode: P-256, HKDF-SHA256, AES-256-GCM). `channels` is the answer of
// GET /v1/tips/channels everywhere.

import { stripped } from "./pictures.js";

const FORMAT = "qadaga-tip/1";
const RANDOM = 18;
const utf8 = new TextEncoder();

/** @typedef {Uint8Array<ArrayBuffer>} Bytes */
/** @typedef {{lookup: Bytes, proof: Bytes, wrapping: Bytes}} Derived */
/** @typedef {{content: string, keys: Record<string, string>}} Sealed */
/** @typedef {{file: string, index: number, last: boolean, sealed: Sealed}} Part */
/** @typedef {{file: string, index: number, last: boolean, content: string, keys: Record<string, string>}} Piece */

/** @param {any} channels @returns {string} a new receipt: eighteen random letters and a checksum */
export function newReceipt(channels) {
  const alphabet = channels.receipt.alphabet;
  const letters = [...random(RANDOM)].map((byte) => alphabet[byte & 31]).join("");
  return (letters + checksum(letters, alphabet)).match(/.{5}/g)?.join("-") ?? "";
}

/** What a receipt opens with. Throws for one with a slip of the pen.
 * @param {any} channels @param {string} receipt @returns {Promise<Derived>} */
export async function derive(channels, receipt) {
  const rule = channels.receipt;
  const letters = receipt.toUpperCase().replace(/[ -]/g, "").replace(/O/g, "0").replace(/[IL]/g, "1");
  const known = letters.length === rule.characters && [...letters].every((one) => rule.alphabet.includes(one));
  if (!known || checksum(letters.slice(0, RANDOM), rule.alphabet) !== letters.slice(RANDOM)) {
    throw new RangeError("not a receipt: look for a slip of the pen");
  }
  const made = argon2id(utf8.encode(letters), bytes(rule.salt), rule.iterations, rule.memory_kib, 48);
  const key = made.slice(16);
  return { lookup: made.slice(0, 16), proof: await expanded(key, "proof"), wrapping: await expanded(key, "wrap") };
}

/** Do the work that a tip, or a session, costs.
 * @param {any} channels @param {Bytes} subject @returns {Promise<{challenge: string, counter: number}>} */
export async function work(channels, subject) {
  const rule = channels.work;
  // Work is taken once: another time, another counter.
  let counter = new DataView(random(4).buffer).getUint32(0);
  for (;; counter = (counter + 1) >>> 0) {
    const digest = argon2id(joined(subject, big(counter, 4)), bytes(rule.challenge), rule.iterations, rule.memory_kib, 16);
    const first = new DataView(digest.buffer).getUint32(0);
    if (first >>> (32 - rule.bits) === 0) return { challenge: rule.challenge, counter };
    if (counter % 8 === 7) await new Promise((resume) => setTimeout(resume));
  }
}

/** The receipt, to be kept by the sender alone, and the body of POST /v1/tips.
 * @param {any} channels @param {{text: string, objects?: string[]}} told @param {string[]} organisations
 * @param {{excluded?: string[], channel?: string}} [more] @returns {Promise<{receipt: string, body: any}>} */
export async function sealTip(channels, told, organisations, more = {}) {
  const receipt = newReceipt(channels);
  const derived = await derive(channels, receipt);
  const pair = await newPair();
  /** @type {Record<string, string>} */
  const readers = { tip: pair.publicKey };
  for (const each of channels.organisations) {
    if (!organisations.includes(each.id)) continue;
    for (const key of each.keys) if (!more.excluded?.includes(key.id)) readers[key.id] = key.public_key;
  }
  const once = random(16);
  const body = {
    ...(await seal(channels, told, readers)),
    once: text(once),
    lookup: text(derived.lookup),
    proof: text(derived.proof),
    public_key: pair.publicKey,
    wrapped_key: text(await encrypt(pair.privateKey, derived.wrapping, "wrapped")),
    organisations,
    channel: more.channel ?? "api",
    work: await work(channels, once),
  };
  return { receipt, body };
}

/** What a receipt opens with, and the body of POST /v1/tips/session.
 * @param {any} channels @param {string} receipt @returns {Promise<{derived: Derived, body: any}>} */
export async function session(channels, receipt) {
  const derived = await derive(channels, receipt);
  const shown = { lookup: text(derived.lookup), proof: text(derived.proof) };
  return { derived, body: { ...shown, work: await work(channels, derived.lookup) } };
}

/** The private key of a tip, given the answer that began its session.
 * @param {any} opened @param {Derived} derived @returns {Promise<CryptoKey>} */
export async function ownKey(opened, derived) {
  return loadPrivate(await decrypt(bytes(opened.wrapped_key), derived.wrapping, "wrapped"));
}

/** A new pair: the private key as PKCS 8, the public one as it is registered.
 * @returns {Promise<{privateKey: Bytes, publicKey: string}>} */
export async function newPair() {
  const pair = await crypto.subtle.generateKey(CURVE, true, ["deriveBits"]);
  const privateKey = new Uint8Array(await crypto.subtle.exportKey("pkcs8", pair.privateKey));
  return { privateKey, publicKey: text(await point(pair.publicKey)) };
}

/** @param {Bytes} pkcs8 @returns {Promise<CryptoKey>} */
export function loadPrivate(pkcs8) {
  return crypto.subtle.importKey("pkcs8", pkcs8, CURVE, true, ["deriveBits"]);
}

/** Seal a text to readers, by the names of their keys; the sender's is `tip`. Throws for one too long.
 * @param {any} channels @param {object} told @param {Record<string, string>} readers @returns {Promise<Sealed>} */
export async function seal(channels, told, readers) {
  const raw = utf8.encode(JSON.stringify(told));
  const size = channels.sizes.find((/** @type {number} */ one) => raw.length + 4 <= one);
  if (size === undefined) throw new RangeError(`longer than ${channels.sizes.at(-1) - 4} bytes`);
  const dataKey = random(32);
  return sealed(await encrypt(padded(raw, size), dataKey, "text"), dataKey, readers);
}

/** What a text says, given its content and its data key as sealed to a reader.
 * @param {string} content @param {string} key @param {CryptoKey} own @returns {Promise<any>} */
export async function openPiece(content, key, own) {
  const plain = await decrypt(bytes(content), await openKey(key, own), "text");
  return JSON.parse(new TextDecoder().decode(unpadded(plain)));
}

/** @param {string} key @param {CryptoKey} own @returns {Promise<Bytes>} a data key */
export function openKey(key, own) {
  return hpkeOpen(bytes(key), own);
}

/** A data key, sealed anew to a colleague's public key.
 * @param {string} key @param {CryptoKey} own @param {string} reader @returns {Promise<string>} */
export async function reseal(key, own, reader) {
  return text(await hpkeSeal(await openKey(key, own), bytes(reader)));
}

/** The bodies of POST /v1/tips/me/chunks for a file; its name belongs in a message. Off a JPEG or PNG
 * is taken what it tells beside its picture, unless it is to go as it is; off other kinds nothing.
 * Throws TypeError for a picture that cannot be read.
 * @param {any} channels @param {Bytes} given @param {Record<string, string>} readers
 * @param {{asItIs?: boolean}} [more] @returns {Promise<Part[]>} */
export async function sealFile(channels, given, readers, more = {}) {
  const file = (more.asItIs ? null : stripped(given)) ?? given;
  const name = [...random(16)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const dataKey = random(32);
  const room = channels.chunk - 4;
  const count = Math.max(1, Math.ceil(file.length / room));
  const parts = [];
  for (let index = 0; index < count; index++) {
    const last = index === count - 1;
    const whole = padded(file.slice(index * room, (index + 1) * room), channels.chunk);
    const content = await encrypt(whole, dataKey, aboutPart(name, index, last));
    parts.push({ file: name, index, last, sealed: await sealed(content, dataKey, readers) });
  }
  return parts;
}

/** A file from its pieces, with a reader's private key and its name. Throws where one is missing.
 * @param {Piece[]} parts @param {string} name @param {CryptoKey} own @returns {Promise<Bytes>} */
export async function openFile(parts, name, own) {
  const ordered = [...parts].sort((one, other) => one.index - other.index);
  if (!ordered.at(-1)?.last || ordered.some((part, index) => part.index !== index)) {
    throw new RangeError("parts of the file are missing");
  }
  let found = new Uint8Array();
  for (const part of ordered) {
    const dataKey = await openKey(/** @type {string} */ (part.keys[name]), own);
    const about = aboutPart(part.file, part.index, part.last);
    found = joined(found, unpadded(await decrypt(bytes(part.content), dataKey, about)));
  }
  return found;
}

/** @param {string} name @param {number} index @param {boolean} last */
function aboutPart(name, index, last) {
  return `part ${name} ${index} ${last ? "last" : "more"}`;
}

/** @param {Bytes} content @param {Bytes} dataKey @param {Record<string, string>} readers @returns {Promise<Sealed>} */
async function sealed(content, dataKey, readers) {
  /** @type {Record<string, string>} */
  const keys = {};
  for (const [name, reader] of Object.entries(readers)) keys[name] = text(await hpkeSeal(dataKey, bytes(reader)));
  return { content: text(content), keys };
}

/** @param {Bytes} raw @param {number} size */
function padded(raw, size) {
  const whole = new Uint8Array(size);
  whole.set(big(raw.length, 4));
  whole.set(raw, 4);
  return whole;
}

/** @param {Bytes} whole */
function unpadded(whole) {
  return whole.slice(4, 4 + new DataView(whole.buffer, whole.byteOffset).getUint32(0));
}

/** @param {string} letters @param {string} alphabet */
function checksum(letters, alphabet) {
  let total = 0;
  [...letters].forEach((letter, place) => (total = (total + (2 * place + 3) * alphabet.indexOf(letter)) % 1021));
  return alphabet.charAt(total >> 5) + alphabet.charAt(total & 31);
}

// --- Bytes -------------------------------------------------------------------------------------

/** @param {number} size @returns {Bytes} */
function random(size) {
  return crypto.getRandomValues(new Uint8Array(size));
}

/** @param {string} base64 @returns {Bytes} */
function bytes(base64) {
  return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
}

/** @param {Bytes} raw */
function text(raw) {
  let letters = "";
  for (let start = 0; start < raw.length; start += 8192) letters += String.fromCharCode(...raw.subarray(start, start + 8192));
  return btoa(letters);
}

/** @param {Bytes[]} parts @returns {Bytes} */
function joined(...parts) {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** @param {number} value @param {number} size @returns {Bytes} */
function big(value, size) {
  return Uint8Array.from({ length: size }, (_, place) => value >>> (8 * (size - 1 - place)));
}

// --- WebCrypto ---------------------------------------------------------------------------------

const CURVE = { name: "ECDH", namedCurve: "P-256" };

/** @param {Bytes} content @param {Bytes} key @param {string} about */
async function encrypt(content, key, about) {
  const nonce = random(12);
  return joined(nonce, await gcm("encrypt", content, key, nonce, utf8.encode(`${FORMAT} ${about}`)));
}

/** @param {Bytes} content @param {Bytes} key @param {string} about */
function decrypt(content, key, about) {
  return gcm("decrypt", content.slice(12), key, content.slice(0, 12), utf8.encode(`${FORMAT} ${about}`));
}

/** @param {"encrypt" | "decrypt"} way @param {Bytes} content @param {Bytes} key @param {Bytes} iv @param {Bytes} additionalData */
async function gcm(way, content, key, iv, additionalData) {
  const ready = await crypto.subtle.importKey("raw", key, "AES-GCM", false, [way]);
  return new Uint8Array(await crypto.subtle[way]({ name: "AES-GCM", iv, additionalData }, ready, content));
}

/** @param {Bytes} key @param {Bytes[]} parts */
async function hmac(key, ...parts) {
  const ready = await crypto.subtle.importKey("raw", key, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  return new Uint8Array(await crypto.subtle.sign("HMAC", ready, joined(...parts)));
}

/** HKDF-SHA256 without salt, to 32 bytes. @param {Bytes} key @param {string} what */
async function expanded(key, what) {
  return hmac(await hmac(new Uint8Array(32), key), utf8.encode(`${FORMAT} ${what}`), Uint8Array.of(1));
}

/** @param {CryptoKey} key */
async function point(key) {
  return new Uint8Array(await crypto.subtle.exportKey("raw", key));
}

// --- HPKE: DHKEM(P-256, HKDF-SHA256) 0x0010, HKDF-SHA256 0x0001, AES-256-GCM 0x0002 ---------------

const KEM = joined(utf8.encode("KEM"), Uint8Array.of(0, 16));
const HPKE = joined(utf8.encode("HPKE"), Uint8Array.of(0, 16, 0, 1, 0, 2));
const VERSION = utf8.encode("HPKE-v1");
const NOTHING = new Uint8Array();

/** @param {Bytes} suite @param {Bytes} salt @param {string} label @param {Bytes} material */
function extract(suite, salt, label, material) {
  return hmac(salt.length ? salt : new Uint8Array(32), VERSION, suite, utf8.encode(label), material);
}

/** @param {Bytes} suite @param {Bytes} key @param {string} label @param {Bytes} info @param {number} size */
async function expand(suite, key, label, info, size) {
  const made = await hmac(key, big(size, 2), VERSION, suite, utf8.encode(label), info, Uint8Array.of(1));
  return made.slice(0, size);
}

/** @param {CryptoKey} own @param {CryptoKey} theirs @param {Bytes} context */
async function scheduled(own, theirs, context) {
  const dh = new Uint8Array(await crypto.subtle.deriveBits({ name: "ECDH", public: theirs }, own, 256));
  const shared = await expand(KEM, await extract(KEM, NOTHING, "eae_prk", dh), "shared_secret", context, 32);
  const about = joined(
    Uint8Array.of(0),
    await extract(HPKE, NOTHING, "psk_id_hash", NOTHING),
    await extract(HPKE, NOTHING, "info_hash", utf8.encode(FORMAT)),
  );
  const secret = await extract(HPKE, shared, "secret", NOTHING);
  return { key: await expand(HPKE, secret, "key", about, 32), nonce: await expand(HPKE, secret, "base_nonce", about, 12) };
}

/** @param {Bytes} raw */
function publicKey(raw) {
  return crypto.subtle.importKey("raw", raw, CURVE, true, []);
}

/** @param {Bytes} plain @param {Bytes} reader */
async function hpkeSeal(plain, reader) {
  const pair = await crypto.subtle.generateKey(CURVE, true, ["deriveBits"]);
  const sent = await point(pair.publicKey);
  const { key, nonce } = await scheduled(pair.privateKey, await publicKey(reader), joined(sent, reader));
  return joined(sent, await gcm("encrypt", plain, key, nonce, NOTHING));
}

/** @param {Bytes} whole @param {CryptoKey} own */
async function hpkeOpen(whole, own) {
  const sent = whole.slice(0, 65);
  const { d: _, key_ops: __, ...half } = await crypto.subtle.exportKey("jwk", own);
  const mine = await point(await crypto.subtle.importKey("jwk", half, CURVE, true, []));
  const { key, nonce } = await scheduled(own, await publicKey(sent), joined(sent, mine));
  return gcm("decrypt", whole.slice(65), key, nonce, NOTHING);
}

// --- Argon2id (RFC 9106, version 0x13), one lane ------------------------------------------------

const WORDS = 256; // of 32 bits in a block of 1024 bytes, the lower half of 64 bits first

/** @param {Bytes} password @param {Bytes} salt @param {number} passes @param {number} memory KiB @param {number} size @returns {Bytes} */
export function argon2id(password, salt, passes, memory, size) {
  const quarter = Math.floor(memory / 4);
  const length = quarter * 4;
  const blocks = new Uint32Array(length * WORDS);
  const first = blake2b(
    joined(
      ...[1, size, memory, passes, 0x13, 2, password.length].map(little),
      password,
      little(salt.length),
      salt,
      little(0),
      little(0),
    ),
    64,
  );
  for (const place of [0, 1]) {
    blocks.set(new Uint32Array(long(joined(first, little(place), little(0)), 1024).buffer), place * WORDS);
  }
  const asked = new Uint32Array(WORDS);
  const addresses = new Uint32Array(WORDS);
  const zero = new Uint32Array(WORDS);
  for (let pass = 0; pass < passes; pass++) {
    for (let slice = 0; slice < 4; slice++) {
      const apart = pass === 0 && slice < 2;
      const next = () => {
        asked[12] = /** @type {number} */ (asked[12]) + 1;
        compress(zero, 0, asked, 0, addresses, 0, false);
        compress(zero, 0, addresses, 0, addresses, 0, false);
      };
      if (apart) {
        asked.fill(0);
        [pass, 0, slice, length, passes, 2].forEach((value, place) => (asked[2 * place] = value));
        if (slice === 0) next();
      }
      for (let step = pass === 0 && slice === 0 ? 2 : 0; step < quarter; step++) {
        if (apart && step % 128 === 0) next();
        const at = slice * quarter + step;
        const before = at === 0 ? length - 1 : at - 1;
        const chance = /** @type {number} */ (apart ? addresses[2 * (step % 128)] : blocks[before * WORDS]);
        const area = pass === 0 ? at - 1 : length - quarter + step - 1;
        const start = pass === 0 || slice === 3 ? 0 : (slice + 1) * quarter;
        const from = (start + area - 1 - high(area, high(chance, chance))) % length;
        compress(blocks, before * WORDS, blocks, from * WORDS, blocks, at * WORDS, pass > 0);
      }
    }
  }
  const last = blocks.slice((length - 1) * WORDS);
  return long(new Uint8Array(last.buffer), size);
}

const R = new Uint32Array(WORDS);
const Q = new Uint32Array(WORDS);

/** @param {Uint32Array} x @param {number} xAt @param {Uint32Array} y @param {number} yAt @param {Uint32Array} out @param {number} at @param {boolean} over */
function compress(x, xAt, y, yAt, out, at, over) {
  for (let i = 0; i < WORDS; i++) Q[i] = R[i] = x[xAt + i] ^ y[yAt + i];
  for (let row = 0; row < WORDS; row += 32) {
    round(row, row + 2, row + 4, row + 6, row + 8, row + 10, row + 12, row + 14, row + 16, row + 18, row + 20, row + 22, row + 24, row + 26, row + 28, row + 30);
  }
  for (let c = 0; c < 32; c += 4) {
    round(c, c + 2, c + 32, c + 34, c + 64, c + 66, c + 96, c + 98, c + 128, c + 130, c + 160, c + 162, c + 192, c + 194, c + 224, c + 226);
  }
  for (let i = 0; i < WORDS; i++) out[at + i] = R[i] ^ Q[i] ^ (over ? out[at + i] : 0);
}

/** A round of BLAKE2b on sixteen words of Q, by their places. @type {any} */
const round = (a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p) => {
  mix(a, e, i, m);
  mix(b, f, j, n);
  mix(c, g, k, o);
  mix(d, h, l, p);
  mix(a, f, k, p);
  mix(b, g, l, m);
  mix(c, h, i, n);
  mix(d, e, j, o);
};

/** The function G of BLAKE2b with multiplication, on words of Q.
 * @param {number} a @param {number} b @param {number} c @param {number} d */
function mix(a, b, c, d) {
  add(a, b);
  turn(d, a, 32);
  add(c, d);
  turn(b, c, 24);
  add(a, b);
  turn(d, a, 16);
  add(c, d);
  turn(b, c, 63);
}

/** a + b + 2 * low(a) * low(b), into a. @param {number} a @param {number} b */
function add(a, b) {
  const x = /** @type {number} */ (Q[a]);
  const y = /** @type {number} */ (Q[b]);
  const up = high(x, y);
  const down = Math.imul(x, y) >>> 0;
  const low = x + y + (down << 1 >>> 0);
  Q[a + 1] = /** @type {number} */ (Q[a + 1]) + /** @type {number} */ (Q[b + 1]) + ((up << 1) | (down >>> 31)) + Math.floor(low / 0x100000000);
  Q[a] = low;
}

/** (d ^ a) turned right, into d. @param {number} d @param {number} a @param {number} bits */
function turn(d, a, bits) {
  const low = Q[d] ^ Q[a];
  const up = Q[d + 1] ^ Q[a + 1];
  if (bits === 32) {
    Q[d] = up;
    Q[d + 1] = low;
  } else if (bits === 63) {
    Q[d] = (low << 1) | (up >>> 31);
    Q[d + 1] = (up << 1) | (low >>> 31);
  } else {
    Q[d] = (low >>> bits) | (up << (32 - bits));
    Q[d + 1] = (up >>> bits) | (low << (32 - bits));
  }
}

/** The upper half of a product of 32 bits. @param {number} x @param {number} y */
function high(x, y) {
  const xl = x & 0xffff;
  const xh = x >>> 16;
  const yl = y & 0xffff;
  const yh = y >>> 16;
  const t = xh * yl + ((xl * yl) >>> 16);
  const u = xl * yh + (t & 0xffff);
  return xh * yh + (t >>> 16) + (u >>> 16);
}

/** @param {number} value @returns {Bytes} */
function little(value) {
  return Uint8Array.of(value, value >>> 8, value >>> 16, value >>> 24);
}

/** The hash of variable length of Argon2. @param {Bytes} input @param {number} size @returns {Bytes} */
function long(input, size) {
  const whole = joined(little(size), input);
  if (size <= 64) return blake2b(whole, size);
  let made = blake2b(whole, 64);
  const out = new Uint8Array(size);
  let at = 0;
  for (; size - at > 64; at += 32) {
    out.set(made.subarray(0, 32), at);
    made = blake2b(made, size - at - 32 > 64 ? 64 : size - at - 32);
  }
  out.set(made, at);
  return out;
}

const MASK = (1n << 64n) - 1n;
const IV = [
  0x6a09e667f3bcc908n, 0xbb67ae8584caa73bn, 0x3c6ef372fe94f82bn, 0xa54ff53a5f1d36f1n,
  0x510e527fade682d1n, 0x9b05688c2b3e6c1fn, 0x1f83d9abfb41bd6bn, 0x5be0cd19137e2179n,
];
const SIGMA = [
  [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15], [14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3],
  [11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4], [7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8],
  [9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13], [2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9],
  [12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11], [13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10],
  [6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5], [10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0],
];
const TURNS = [[0, 4, 8, 12], [1, 5, 9, 13], [2, 6, 10, 14], [3, 7, 11, 15], [0, 5, 10, 15], [1, 6, 11, 12], [2, 7, 8, 13], [3, 4, 9, 14]];

/** BLAKE2b (RFC 7693) without a key. @param {Bytes} input @param {number} size @returns {Bytes} */
function blake2b(input, size) {
  const h = [...IV];
  h[0] ^= 0x01010000n ^ BigInt(size);
  const right = (/** @type {bigint} */ x, /** @type {bigint} */ bits) => ((x >> bits) | (x << (64n - bits))) & MASK;
  const count = Math.max(1, Math.ceil(input.length / 128));
  for (let block = 0; block < count; block++) {
    const part = new Uint8Array(128);
    part.set(input.subarray(block * 128, block * 128 + 128));
    const m = new BigUint64Array(part.buffer);
    const v = [...h, ...IV];
    v[12] ^= BigInt(block === count - 1 ? input.length : (block + 1) * 128);
    if (block === count - 1) v[14] ^= MASK;
    for (let turn_ = 0; turn_ < 12; turn_++) {
      const s = SIGMA[turn_ % 10];
      TURNS.forEach(([a, b, c, d], place) => {
        v[a] = (v[a] + v[b] + m[s[2 * place]]) & MASK;
        v[d] = right(v[d] ^ v[a], 32n);
        v[c] = (v[c] + v[d]) & MASK;
        v[b] = right(v[b] ^ v[c], 24n);
        v[a] = (v[a] + v[b] + m[s[2 * place + 1]]) & MASK;
        v[d] = right(v[d] ^ v[a], 16n);
        v[c] = (v[c] + v[d]) & MASK;
        v[b] = right(v[b] ^ v[c], 63n);
      });
    }
    for (let place = 0; place < 8; place++) h[place] ^= v[place] ^ v[place + 8];
  }
  return new Uint8Array(BigUint64Array.from(h).buffer).slice(0, size);
}
