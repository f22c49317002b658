import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";

const derive = promisify<string, Buffer, number, ScryptOptions, Buffer>(scrypt);

const BYTES = 32;
/** The advice of OWASP. It needs 32 MiB of memory, more than Node.js allows by default. */
const COST = { N: 2 ** 15, r: 8, p: 3, maxmem: 2 ** 26 } as const;

/** @returns `scrypt`, the salt and the hash, with `$` between them */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  const hash = await derive(password, salt, BYTES, COST);
  return ["scrypt", salt.toString("base64url"), hash.toString("base64url")].join("$");
}

/** Has the form of a real hash, but no password matches it. */
const NO_PASSWORD = `scrypt$${randomBytes(16).toString("base64url")}$${randomBytes(BYTES).toString("base64url")}`;

/**
 * Takes the same time for an unknown user, so an attacker cannot measure which addresses have an
 * account.
 */
export async function verifyPassword(password: string, stored: string = NO_PASSWORD): Promise<boolean> {
  const [, salt = "", hash = ""] = stored.split("$");
  const expected = Buffer.from(hash, "base64url");
  const actual = await derive(password, Buffer.from(salt, "base64url"), BYTES, COST);
  return expected.length === BYTES && timingSafeEqual(actual, expected);
}
