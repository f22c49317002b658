import { randomUUID, timingSafeEqual } from "node:crypto";
import type { Codec, CodecContext } from "./codec.ts";
import { hmacSha256 } from "./hmac.ts";
import { parseDictionary } from "./parse-dictionary.ts";

const VERSION = "v1";
const LABEL = "prisma-db-session signedJson v1";
const NONCE_LENGTH = 12;
const SIGNED_TEXT = /^v1\.([0-9a-f]{64})\.([0-9a-f]{12}\.[\s\S]*)$/;

/**
 * The default codec: JSON (or the text of your `serializer`) that stays readable in the table, behind a version and an HMAC-SHA256:
 * `v1.<64 hex digits>.<12 hex digits>.<text>`.
 *
 * The signature covers the stored key too, so a row's data that is copied to another row is refused. The digits between are random, so that
 * no two writes have the same text, be their data the same: by it a save knows its own, and a late one never takes a later state for the
 * one that it had read. All of that is hex, so two texts differ under a collation that ignores case as well.
 */
export function signedJson(): Codec {
  return {
    encode(data, context) {
      const payload = `${nonce()}.${context.serializer.stringify(data)}`;
      const [key] = context.secrets.derive(LABEL);
      return `${VERSION}.${sign(key, payload, context)}.${payload}`;
    },
    decode(text, context) {
      const [, signature, payload] = SIGNED_TEXT.exec(text) ?? [];
      if (signature === undefined || payload === undefined) return undefined;
      const given = Buffer.from(signature);
      const keys = context.secrets.derive(LABEL);
      const genuine = keys.some((key) => timingSafeEqual(Buffer.from(sign(key, payload, context)), given));
      return genuine ? parseDictionary(payload.slice(NONCE_LENGTH + 1), context.serializer) : undefined;
    },
  };
}

/** The random end of a UUID: those Node.js makes in advance, which is many times faster than to ask for random bytes. */
const nonce = () => randomUUID().slice(-NONCE_LENGTH);

/** A stored key has one of two fixed forms, neither of which another can be the beginning of together with the dot behind it. */
function sign(key: Uint8Array, payload: string, { storedKey }: CodecContext): string {
  return hmacSha256(key, `${VERSION}.${storedKey}.${payload}`);
}
