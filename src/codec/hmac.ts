import { hash } from "node:crypto";

const BLOCK_BYTES = 64;

/**
 * HMAC-SHA256 in hex, by its definition (RFC 2104) on the one-shot hash of Node.js. `createHmac` gives the same, but makes an object of
 * OpenSSL's for each call, which costs a session's save more than all else that it does.
 *
 * @param key At most 64 bytes.
 */
export function hmacSha256(key: Uint8Array, message: string | Uint8Array): string {
  const { inner, outer } = padsOf(key);
  const bytes = typeof message === "string" ? Buffer.from(message) : message;
  const digest = hash("sha256", Buffer.concat([inner, bytes]));
  return hash("sha256", Buffer.concat([outer, Buffer.from(digest, "hex")]));
}

interface Pads {
  readonly inner: Uint8Array;
  readonly outer: Uint8Array;
}

const padsOfKeys = new WeakMap<Uint8Array, Pads>();

function padsOf(key: Uint8Array): Pads {
  let pads = padsOfKeys.get(key);
  if (!pads) {
    if (key.length > BLOCK_BYTES) throw new RangeError("The key is longer than 64 bytes.");
    const pad = (byte: number) => Uint8Array.from({ length: BLOCK_BYTES }, (_, i) => (key[i] ?? 0) ^ byte);
    pads = { inner: pad(0x36), outer: pad(0x5c) };
    padsOfKeys.set(key, pads);
  }
  return pads;
}
