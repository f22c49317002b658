import { hash, randomInt } from "node:crypto";

/** As in Django: lower case and digits only, so that no file system or collation that ignores case can mix two keys up. */
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
 * What the key column holds for a session key: `sha256.` and the hex digest, so that whoever reads the table cannot sign in with what
 * is there. A cookie of that form is refused, as it has a dot and is too long to be a key.
 *
 * A plain hash is enough: the key has 165 random bits, so there is nothing to guess that a salt or a slow hash would protect.
 */
export function hashSessionKey(sessionKey: string): string {
  return STORED_PREFIX + hash("sha256", sessionKey);
}

/** A short name for a row that may stand in logs: 16 hex digits of the SHA-256 of the stored key. */
export function shortKeyHash(storedKey: string): string {
  return hash("sha256", storedKey).slice(0, 16);
}
