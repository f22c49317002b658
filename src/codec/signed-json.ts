import type { Codec, CodecContext } from "./codec.ts";
import { ofText } from "./of-text.ts";
import { parseDictionary } from "./parse-dictionary.ts";
import { isSealOf, SEAL_LENGTH, seal } from "./signature.ts";

const VERSION = "v1";
const PURPOSE = { label: "prisma-db-session signedJson v1", version: VERSION };
const SEAL_AT = VERSION.length + 1;
const DOT_AT = SEAL_AT + SEAL_LENGTH;

/**
 * The default codec: JSON (or the text of your `serializer`) that stays readable in the table, behind a version and an HMAC-SHA256:
 * `v1.<64 hex digits>.<12 hex digits>.<text>`.
 *
 * The key of the HMAC is what HKDF-SHA256 derives from the secret, in hex. The signature covers the stored key too, so a row's data that is
 * copied to another row is refused. The digits between are others at each write, so that no two have the same text, be their data the
 * same. All of that is hex, so two texts differ under a collation that ignores case as well.
 */
export function signedJson(): Codec {
  const encodeText = (payload: string, context: CodecContext) =>
    `${VERSION}.${seal(payload, PURPOSE, context)}.${payload}`;

  return {
    encode: ofText(encodeText),
    decode(text, context) {
      if (!text.startsWith(`${VERSION}.`) || text[DOT_AT] !== ".") return undefined;
      const payload = text.slice(DOT_AT + 1);
      const isGenuine = isSealOf(text.slice(SEAL_AT, DOT_AT), payload, PURPOSE, context);
      return isGenuine ? parseDictionary(payload, context.serializer) : undefined;
    },
  };
}
