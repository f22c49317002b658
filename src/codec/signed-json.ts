import { createHmac, timingSafeEqual } from "node:crypto";
import type { Codec, CodecContext } from "./codec.ts";
import { parseDictionary } from "./parse-dictionary.ts";

const VERSION = "v1";
const LABEL = "prisma-db-session signedJson v1";
const SIGNED_TEXT = /^v1\.([0-9a-f]{64})\./;

/**
 * The default codec: JSON (or the text of your `serializer`) that stays readable in the table, behind a version and an HMAC-SHA256:
 * `v1.<64 hex digits>.<text>`.
 *
 * The signature covers the stored key too, so a row's data that is copied to another row is refused. It is hex, so two texts differ
 * under a collation that ignores case whenever their data do.
 */
export function signedJson(): Codec {
  return {
    encode(data, context) {
      const payload = context.serializer.stringify(data);
      const [key] = context.secrets.derive(LABEL);
      return `${VERSION}.${sign(key, payload, context).toString("hex")}.${payload}`;
    },
    decode(text, context) {
      const signature = SIGNED_TEXT.exec(text)?.[1];
      if (!signature) return undefined;
      const payload = text.slice(VERSION.length + signature.length + 2);
      const given = Buffer.from(signature, "hex");
      const genuine = context.secrets.derive(LABEL).some((key) => timingSafeEqual(sign(key, payload, context), given));
      return genuine ? parseDictionary(payload, context.serializer) : undefined;
    },
  };
}

/** A stored key has one of two fixed forms, neither of which another can be the beginning of together with the dot behind it. */
function sign(key: Uint8Array, payload: string, { storedKey }: CodecContext): Buffer {
  return createHmac("sha256", key).update(`${VERSION}.${storedKey}.${payload}`).digest();
}
