import type { Codec } from "./codec.ts";
import { SIGNATURE_LENGTH, sign, verify } from "./signature.ts";

const PURPOSE = { label: "prisma-db-session signedJson v1", version: "v1" };
const BEGINNING = `${PURPOSE.version}.`;
const DOT_AT = BEGINNING.length + SIGNATURE_LENGTH;

/**
 * The default codec: the text stays readable in the table, behind a version and a signature. The
 * column holds `v1.<64 hex digits>.<text>`.
 *
 * The signature is an HMAC-SHA256 under a key that HKDF-SHA256 derives from the secret. It covers
 * the stored key too, so data that were changed, or copied to another row, do not verify.
 */
export function signedJson(): Codec {
  return {
    uniquePrefixLength: DOT_AT,
    encode: (text, context) => `${BEGINNING}${sign(text, PURPOSE, context)}.${text}`,
    decode(data, context) {
      if (!data.startsWith(BEGINNING) || data[DOT_AT] !== ".") return undefined;
      const text = data.slice(DOT_AT + 1);
      return verify(data.slice(BEGINNING.length, DOT_AT), text, PURPOSE, context) ? text : undefined;
    },
  };
}
