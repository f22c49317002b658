import { hash } from "node:crypto";

const BLOCK_BYTES = 64;
const DIGEST_BYTES = 32;
const KEY_BYTES = BLOCK_BYTES / 2;

/**
 * HMAC-SHA256 in hex, by its definition (RFC 2104) on the one-shot hash of Node.js, under the key's own text in hex.
 *
 * `createHmac` gives the same, but makes an object of OpenSSL's for each call, which costs a session's save more than all else that it
 * does. A key that is text makes the inner pad text, too: then pad and message are hashed as they are, and nothing is copied into a buffer
 * first. In hex a key of 32 bytes fills a block of SHA-256, and is as hard to guess.
 *
 * @param key 32 bytes.
 */
export function hmacSha256(key: Uint8Array, message: string): string {
  const { inner, outer } = padsOf(key);
  // A character a byte: to read them one by one is cheaper than any call that decodes them.
  const digest = hash("sha256", inner + message, "binary");
  for (let i = 0; i < DIGEST_BYTES; i++) outer[BLOCK_BYTES + i] = digest.charCodeAt(i);
  return hash("sha256", outer);
}

/** What is hashed before the message, and before the digest of that, which `outer` has room for. */
interface Pads {
  readonly inner: string;
  readonly outer: Uint8Array;
}

const padsOfKeys = new WeakMap<Uint8Array, Pads>();

function padsOf(key: Uint8Array): Pads {
  let pads = padsOfKeys.get(key);
  if (!pads) {
    if (key.length !== KEY_BYTES) throw new RangeError(`The key has ${key.length} bytes instead of ${KEY_BYTES}.`);
    // Neither key nor pad is in a buffer of Node.js's pool, which code that hands on `buffer.buffer` shows whole.
    const text = Buffer.from(key.buffer, key.byteOffset, KEY_BYTES).toString("hex");
    const padded = (byte: number) => Array.from(text, (digit) => digit.charCodeAt(0) ^ byte);
    pads = { inner: String.fromCharCode(...padded(0x36)), outer: new Uint8Array(BLOCK_BYTES + DIGEST_BYTES) };
    pads.outer.set(padded(0x5c));
    padsOfKeys.set(key, pads);
  }
  return pads;
}
