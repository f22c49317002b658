import { ConfigError } from "../errors.ts";
import type { Codec, CodecContext, Serializer } from "./codec.ts";
import { ofText } from "./of-text.ts";
import { parseDictionary } from "./parse-dictionary.ts";
import { isSealOf, SEAL_LENGTH, seal } from "./signature.ts";

const PURPOSE = { label: "prisma-db-session plainJson v1", version: "p1" };
const BEGINNING = '{"_session_digest":"';
const QUOTE_AT = BEGINNING.length + SEAL_LENGTH;

/**
 * For those who query the data with SQL: the column is valid JSON, the dictionary as it is with one more property before all others,
 * `{"_session_digest":"<64 hex digits>.<12 hex digits>","userId":7}`.
 *
 * The digest is what `signedJson()` writes before the text: an HMAC-SHA256 that covers the stored key too, and a nonce. So this is
 * no less safe: a change by hand, or a row's data copied to another row, is refused, and two texts differ under every collation. Query the
 * column, but change it through the package only.
 *
 * PostgreSQL's `jsonb` takes neither NUL nor half of a surrogate pair, which any text in the data may hold as `\u0000` or `\ud800`: a cast of
 * the column fails at such a row.
 *
 * The `serializer` must write a JSON object, as `JSON` and superjson do (superjson's has the data under `json`).
 * @throws ConfigError from `encode`, and so from `save()`, for a serializer that writes something else
 */
export function plainJson(): Codec {
  const encodeText = (text: string, context: CodecContext) => {
    checkObject(text, context);
    // All behind the brace that opens the object, and a comma where there is something to part from the digest.
    const rest = EMPTY_OBJECT.test(text) ? text.slice(1) : `,${text.slice(1)}`;
    return `${BEGINNING}${seal(rest, PURPOSE, context)}"${rest}`;
  };

  return {
    encode: ofText(encodeText),
    decode(text, context) {
      if (!text.startsWith(BEGINNING) || text[QUOTE_AT] !== '"') return undefined;
      const rest = text.slice(QUOTE_AT + 1);
      if (!isSealOf(text.slice(BEGINNING.length, QUOTE_AT), rest, PURPOSE, context)) return undefined;
      return parseDictionary(`{${rest.startsWith(",") ? rest.slice(1) : rest}`, context.serializer);
    },
  };
}

const EMPTY_OBJECT = /^\{\s*\}/;

function checkObject(text: string, { serializer }: CodecContext): void {
  if (isJsonObject(text, serializer)) return;
  throw new ConfigError(
    "The serializer writes no JSON object, which plainJson() needs. Use signedJson() or encryptedJson() with it, or a serializer " +
      "that writes one, as JSON and superjson do.",
  );
}

function isJsonObject(text: string, serializer: Serializer): boolean {
  if (serializer === JSON) return true;
  return text.startsWith("{") && parseDictionary(text, JSON) !== undefined;
}
