import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";

const derive = promisify<string, Buffer, number, ScryptOptions, Buffer>(scrypt);

const BYTES = 32;
/** As OWASP advises. It takes 32 MiB of memory, more than Node allows by default. */
const COST = { N: 2 ** 15, r: 8, p: 3, maxmem: 2 ** 26 } as const;

/** `scrypt`, the salt and the hash, divided by `$`. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  const hash = await derive(password, salt, BYTES, COST);
  return ["scrypt", salt.toString("base64url"), hash.toString("base64url")].join("$");
}

/** Of the same form as a real one, but no password leads to it. */
const NOBODY = `scrypt$${randomBytes(16).toString("base64url")}$${randomBytes(BYTES).toString("base64url")}`;

/** Takes equally long for a user who does not exist, so that nobody can find out by the clock who has an account. */
export async function verifyPassword(password: string, stored: string = NOBODY): Promise<boolean> {
  const [, salt = "", hash = ""] = stored.split("$");
  const expected = Buffer.from(hash, "base64url");
  const actual = await derive(password, Buffer.from(salt, "base64url"), BYTES, COST);
  return expected.length === BYTES && timingSafeEqual(actual, expected);
}
