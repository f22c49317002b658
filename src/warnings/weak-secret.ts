import { HOW_TO_MAKE_ONE } from "../key/secret-keys.ts";
import { warnOnce } from "./warn-once.ts";

/** Of 32 random hex digits, one text in 20 million has fewer different characters. */
const MIN_DIFFERENT = 8;

/** In development, warns of a secret that an attacker can guess. Tests may use any secret. */
export function warnOfWeakSecret(secrets: string | readonly (string | undefined)[] | undefined): void {
  if (process.env.NODE_ENV !== "development") return;
  const isWeak = [secrets].flat().some((secret) => secret !== undefined && new Set(secret).size < MIN_DIFFERENT);
  if (isWeak) {
    warnOnce("secret", `\`secret\` has few different characters, so an attacker can guess it. ${HOW_TO_MAKE_ONE}`);
  }
}
