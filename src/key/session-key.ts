import { hash, randomInt } from "node:crypto";

/**
 * Lower case and digits, as in Django. So a collation that ignores case cannot confuse two keys.
 */
const ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789";
const LENGTH = 32;
const STORED_PREFIX = "sha256.";

/** A new session key: 32 characters of a-z and 0-9, which are 165 random bits. */
export const randomSessionKey = (): string => randomText(LENGTH);

/** Characters of a-z and 0-9 from the system's secure generator, without modulo bias. */
export function randomText(length: number): string {
  let text = "";
  for (let i = 0; i < length; i++) text += ALPHABET[randomInt(ALPHABET.length)];
  return text;
}

/**
 * The value of the key column: `sha256.` and the hex digest of the session key. So an attacker who
 * reads the table cannot sign in. A cookie of this form is refused: it has a dot, and is too long.
 *
 * A plain hash is enough. The key has 165 random bits, so brute force fails without a salt too.
 */
export function hashSessionKey(sessionKey: string): string {
  return STORED_PREFIX + hash("sha256", sessionKey);
}

/** A short name of a row for logs: 16 hex digits of the SHA-256 of the stored key. */
export function shortKeyHash(storedKey: string): string {
  return hash("sha256", storedKey).slice(0, 16);
}
