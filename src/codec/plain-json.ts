import { ConfigError } from "../errors.ts";
import type { Codec } from "./codec.ts";
import { SIGNATURE_LENGTH, sign, verify } from "./signature.ts";

const PURPOSE = { label: "prisma-db-session plainJson v1", version: "p1" };
const BEGINNING = '{"_session_digest":"';
const QUOTE_AT = BEGINNING.length + SIGNATURE_LENGTH;

/**
 * A codec for SQL queries on the data: the column is valid JSON. It holds the dictionary after one
 * more property: `{"_session_digest":"<64 hex digits>","userId":7}`.
 *
 * The digest is the signature that `signedJson()` writes, so this codec is as safe. Data that were
 * changed by hand, or copied to another row, do not verify. You can query the column, but change it
 * only through the package.
 *
 * PostgreSQL's `jsonb` accepts neither NUL nor lone surrogates. Any text in the data may contain
 * them, as `\u0000` or `\ud800`. If a row contains one, a cast of its column to `jsonb` fails.
 *
 * The `serializer` must write a JSON object. `JSON` and superjson do (superjson has the data under
 * `json`).
 * @throws {@link ConfigError} from `encode`, and so from `save()`, if the serializer writes
 *   something else
 */
export function plainJson(): Codec {
  return {
    uniquePrefixLength: QUOTE_AT,
    encode(text, context) {
      checkObject(text);
      // The text after the opening brace, and a comma before it unless the object is empty.
      const rest = EMPTY_OBJECT.test(text) ? text.slice(1) : `,${text.slice(1)}`;
      return `${BEGINNING}${sign(rest, PURPOSE, context)}"${rest}`;
    },
    decode(data, context) {
      if (!data.startsWith(BEGINNING) || data[QUOTE_AT] !== '"') return undefined;
      const rest = data.slice(QUOTE_AT + 1);
      if (!verify(data.slice(BEGINNING.length, QUOTE_AT), rest, PURPOSE, context)) return undefined;
      return `{${rest.startsWith(",") ? rest.slice(1) : rest}`;
    },
  };
}

const EMPTY_OBJECT = /^\{\s*\}/;

function checkObject(text: string): void {
  if (text.startsWith("{") && isJson(text)) return;
  throw new ConfigError(
    "Cannot use plainJson() because the serializer does not write a JSON object. Use signedJson() or encryptedJson() with " +
      "this serializer, or use a serializer that writes one, such as JSON or superjson.",
  );
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
