import { hash } from "node:crypto";

const BLOCK_BYTES = 64;
const DIGEST_BYTES = 32;
/** The longest message that the buffers have room for, in UTF-16 code units, each of which is at most three bytes. */
const MAX_LENGTH = 4096;

/**
 * HMAC-SHA256 in hex, by its definition (RFC 2104) on the one-shot hash of Node.js. `createHmac` gives the same, but makes an object of
 * OpenSSL's for each call, which costs a session's save more than all else that it does.
 *
 * @param key At most 64 bytes.
 */
export function hmacSha256(key: Uint8Array, message: string): string {
  const { inner, outer } = buffersOf(key);
  outer.write(hash("sha256", withMessage(inner, message)), BLOCK_BYTES, "hex");
  return hash("sha256", outer);
}

/** The pad and the message behind it: in the buffer itself, if it is long enough. */
function withMessage(inner: Buffer, message: string): Buffer {
  if (message.length > MAX_LENGTH) return Buffer.concat([inner.subarray(0, BLOCK_BYTES), Buffer.from(message)]);
  return inner.subarray(0, BLOCK_BYTES + inner.write(message, BLOCK_BYTES));
}

/** What is hashed first, and what then: a pad, which is the same for all messages, and room behind it. */
interface Buffers {
  readonly inner: Buffer;
  readonly outer: Buffer;
}

const buffersOfKeys = new WeakMap<Uint8Array, Buffers>();

function buffersOf(key: Uint8Array): Buffers {
  let buffers = buffersOfKeys.get(key);
  if (!buffers) {
    if (key.length > BLOCK_BYTES) throw new RangeError("The key is longer than 64 bytes.");
    const pad = (byte: number) => Uint8Array.from({ length: BLOCK_BYTES }, (_, i) => (key[i] ?? 0) ^ byte);
    buffers = {
      inner: Buffer.concat([pad(0x36)], BLOCK_BYTES + 3 * MAX_LENGTH),
      outer: Buffer.concat([pad(0x5c)], BLOCK_BYTES + DIGEST_BYTES),
    };
    buffersOfKeys.set(key, buffers);
  }
  return buffers;
}
