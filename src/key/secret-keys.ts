import { hkdfSync } from "node:crypto";
import { ConfigError } from "../errors.ts";

const MIN_LENGTH = 32;
const KEY_BYTES = 32;
/** For error messages and warnings. */
export const HOW_TO_MAKE_ONE =
  "Make one with `openssl rand -base64 32` and set it in the environment, for example as SESSION_SECRET.";

/** Keys derived from the user's secrets. The first secret writes. All of them can read. */
export interface SecretKeys {
  /**
   * Keys for one purpose: 32 bytes for each secret, in the order of the secrets.
   * @param label Names the purpose. The keys of another label reveal nothing about these.
   */
  derive(label: string): readonly [Uint8Array, ...Uint8Array[]];
  /**
   * The keys of the first secret alone. Data that do not decode with these were written with an
   * older secret. `undefined` if there is one secret only.
   */
  readonly newest?: SecretKeys;
}

/**
 * Checks the secrets. Keys are derived from them with HKDF-SHA256 when they are first needed.
 * @throws ConfigError if a secret is missing or short
 */
export function secretKeys(secret: string | readonly (string | undefined)[] | undefined): SecretKeys {
  const [given, ...others] = Array.isArray(secret) ? secret : [secret];
  const first = checkSecret(given);
  const older = others.filter((each) => each !== undefined).map(checkSecret);
  const derived = new Map<string, readonly [Uint8Array, ...Uint8Array[]]>();
  const derive: SecretKeys["derive"] = (label) => {
    let keys = derived.get(label);
    if (!keys) {
      const key = (from: string) => new Uint8Array(hkdfSync("sha256", from, "", label, KEY_BYTES));
      keys = [key(first), ...older.map(key)];
      derived.set(label, keys);
    }
    return keys;
  };
  return older.length === 0 ? { derive } : { derive, newest: { derive: (label) => [derive(label)[0]] } };
}

function checkSecret(secret: unknown): string {
  if (secret === undefined || secret === null || secret === "") {
    throw new ConfigError(`\`secret\` is missing. ${HOW_TO_MAKE_ONE}`);
  }
  if (typeof secret !== "string" || secret.length < MIN_LENGTH) {
    throw new ConfigError(`\`secret\` must be a string of at least ${MIN_LENGTH} characters. ${HOW_TO_MAKE_ONE}`);
  }
  return secret;
}
