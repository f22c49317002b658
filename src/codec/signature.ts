import { timingSafeEqual } from "node:crypto";
import type { CodecContext } from "./codec.ts";
import { hmacSha256 } from "./hmac.ts";
import { hasLoneSurrogate } from "./lone-surrogate.ts";
import { NONCE_LENGTH, nonce } from "./nonce.ts";

/** What a signature is for: no text that was signed for one purpose verifies for another. */
export interface Purpose {
  /** Names the keys to derive. */
  readonly label: string;
  /** A short word without a dot, signed with the text. */
  readonly version: string;
}

const SEAL = /^[0-9a-f]{64}\.[0-9a-f]{12}$/;
const SIGNATURE_LENGTH = 64;

/** How long every seal is. */
export const SEAL_LENGTH = SIGNATURE_LENGTH + 1 + NONCE_LENGTH;

/**
 * A seal for a text: `<64 hex digits>.<12 hex digits>`, an HMAC-SHA256 and a nonce.
 *
 * The signature covers the stored key too, so a row's data that is copied to another row is refused. The nonce makes every seal another,
 * be the text the same: by it a save knows its own, and a late one never takes a later state for the one that it had read. All of it is
 * hex, so two seals differ under a collation that ignores case as well.
 */
export function seal(text: string, purpose: Purpose, context: CodecContext): string {
  const [key] = context.secrets.derive(purpose.label);
  const end = nonce();
  return `${hmacSha256(key, message(`${end}.${text}`, purpose, context))}.${end}`;
}

/** Whether this is the seal of a text, made with any of the secrets. Never throws, whatever both are. */
export function isSealOf(given: string, text: string, purpose: Purpose, context: CodecContext): boolean {
  if (!SEAL.test(given)) return false;
  const signature = Buffer.from(given.slice(0, SIGNATURE_LENGTH));
  const signed = message(`${given.slice(SIGNATURE_LENGTH + 1)}.${text}`, purpose, context);
  const keys = context.secrets.derive(purpose.label);
  const isGenuine = keys.some((key) => timingSafeEqual(Buffer.from(hmacSha256(key, signed)), signature));
  // Half a surrogate pair has the bytes of U+FFFD, so a text with the one has the signature of a text with the other.
  return isGenuine && !hasLoneSurrogate(text);
}

/** A stored key has one of two fixed forms, neither of which another can be the beginning of together with the dot behind it. */
const message = (payload: string, { version }: Purpose, { storedKey }: CodecContext) =>
  `${version}.${storedKey}.${payload}`;
