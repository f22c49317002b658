import { hkdfSync } from "node:crypto";
import { ConfigError } from "./errors.ts";

const MIN_LENGTH = 32;
const KEY_BYTES = 32;
const HOW_TO_MAKE_ONE =
  "Make one with `openssl rand -base64 32` and set it in the environment, for example as SESSION_SECRET.";

/** Keys derived from the user's secrets. The first of a list writes; all of them may read. */
export interface SecretKeys {
  /**
   * One 32-byte key a secret, in the order of the secrets, for one purpose.
   * @param label Names the purpose; another label gives keys that tell nothing about these.
   */
  derive(label: string): readonly [Uint8Array, ...Uint8Array[]];
  /** The same with the first secret alone; `undefined` when there is no other. What does not decode with these is to be written anew. */
  readonly newest?: SecretKeys;
}

/**
 * Checks the secrets and makes ready to derive keys from them with HKDF-SHA256.
 * @throws ConfigError for a missing or a short one.
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
    throw new ConfigError(`The session secret is missing. ${HOW_TO_MAKE_ONE}`);
  }
  if (typeof secret === "string" && secret.length >= MIN_LENGTH) return secret;
  throw new ConfigError(`The session secret is shorter than ${MIN_LENGTH} characters, or no text. ${HOW_TO_MAKE_ONE}`);
}
