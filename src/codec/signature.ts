import { createHmac, timingSafeEqual } from "node:crypto";
import type { CodecContext } from "./codec.ts";

/**
 * The purpose of a signature. A text that was signed for one purpose does not verify for another.
 */
export interface Purpose {
  /** Names the keys to derive from the secrets. */
  readonly label: string;
  /** A short word without a dot. The signature covers it. */
  readonly version: string;
}

const SIGNATURE = /^[0-9a-f]{64}$/;

/** The length of every signature. */
export const SIGNATURE_LENGTH = 64;

/**
 * The signature of a text: HMAC-SHA256 as 64 hex digits.
 *
 * It covers the stored key too, so that data copied to another row do not verify. Each text
 * contains the id of its write, so no two signatures are the same. Hex digits differ under a
 * collation that ignores case as well.
 */
export function sign(text: string, purpose: Purpose, context: CodecContext): string {
  const [key] = context.secrets.derive(purpose.label);
  return hmac(key, text, purpose, context).toString("hex");
}

/**
 * Whether any of the secrets gives this signature for the text. Never throws, whatever the texts.
 */
export function verify(signature: string, text: string, purpose: Purpose, context: CodecContext): boolean {
  if (!SIGNATURE.test(signature)) return false;
  const given = Buffer.from(signature, "hex");
  const keys = context.secrets.derive(purpose.label);
  const isGenuine = keys.some((key) => timingSafeEqual(hmac(key, text, purpose, context), given));
  // As bytes, half of a surrogate pair is the same as U+FFFD: both texts have the same signature.
  return isGenuine && text.isWellFormed();
}

/** With the length of the stored key, no other pair of key and text gives the same message. */
function hmac(key: Uint8Array, text: string, { version }: Purpose, { storedKey }: CodecContext): Buffer {
  return createHmac("sha256", key).update(`${version}.${storedKey.length}.${storedKey}.`).update(text).digest();
}
