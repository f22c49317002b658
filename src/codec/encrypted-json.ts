import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import type { Codec, CodecContext } from "./codec.ts";
import { hmacSha256 } from "./hmac.ts";
import { ofText } from "./of-text.ts";
import { parseDictionary } from "./parse-dictionary.ts";

const VERSION = "e1";
const LABEL = "prisma-db-session encryptedJson v1";
const CIPHER = "aes-256-gcm";
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const BEGINNING = /^e1\.[0-9a-f]{24}\./;
const NONCE_AT = VERSION.length + 1;
const DOT_AT = NONCE_AT + 2 * NONCE_BYTES;

/**
 * The data as a secret: JSON (or the text of your `serializer`) under AES-256-GCM, so that whoever reads the table learns how long it is
 * and nothing else: `e1.<24 hex digits>.<base64url>`.
 *
 * The digits are a random nonce, the rest is the ciphertext and its tag. The tag covers the stored key too, so data that is changed, or
 * copied to another row, is refused. Each row has a key of its own, derived from the secret. The nonce is hex and new for each write, so
 * two texts differ under a collation that ignores case as well.
 *
 * Without the secret the data are lost: keep it as safe as the database.
 */
export function encryptedJson(): Codec {
  const encodeText = (text: string, context: CodecContext) => {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv(CIPHER, rowKey(context.secrets.derive(LABEL)[0], context), nonce, OPTIONS);
    cipher.setAAD(associatedData(context));
    const encrypted = [cipher.update(text, "utf8"), cipher.final()];
    const sealed = Buffer.concat([...encrypted, cipher.getAuthTag()]);
    return `${VERSION}.${nonce.toString("hex")}.${sealed.toString("base64url")}`;
  };

  return {
    encode: ofText(encodeText),
    decode(text, context) {
      if (!BEGINNING.test(text)) return undefined;
      const nonce = Buffer.from(text.slice(NONCE_AT, DOT_AT), "hex");
      const base64 = text.slice(DOT_AT + 1);
      const sealed = Buffer.from(base64, "base64url");
      if (sealed.length < TAG_BYTES) return undefined;
      for (const key of context.secrets.derive(LABEL)) {
        const opened = open(sealed, rowKey(key, context), nonce, context);
        // Node.js reads base64 leniently: of all the texts that it takes for these bytes, this is the one that was written.
        if (opened && sealed.toString("base64url") === base64)
          return parseDictionary(opened.toString(), context.serializer);
      }
      return undefined;
    },
  };
}

const OPTIONS = { authTagLength: TAG_BYTES };

/** `undefined` for what is not genuine. */
function open(sealed: Buffer, key: Uint8Array, nonce: Uint8Array, context: CodecContext): Buffer | undefined {
  const decipher = createDecipheriv(CIPHER, key, nonce, OPTIONS);
  decipher.setAAD(associatedData(context));
  decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
  const text = decipher.update(sealed.subarray(0, -TAG_BYTES));
  try {
    decipher.final();
    return text;
  } catch {
    return undefined;
  }
}

/**
 * A key for each row, so that the random nonces under one key are as many as the writes of one session: they are safe up to 2^32 (NIST SP
 * 800-38D, 8.3), which all the sessions of a large site could reach in the life of a secret.
 *
 * This is HKDF-Expand (RFC 5869, 2.3) of the purpose's key in hex: of it the first block, which is all that 32 bytes need. `hkdfSync`
 * would take a multiple of the time, more than half of it for an Extract that a key which is uniform already does not need (3.3).
 */
function rowKey(key: Uint8Array, { storedKey }: CodecContext): Uint8Array {
  return Buffer.from(hmacSha256(key, `${storedKey}\u0001`), "hex");
}

const associatedData = ({ storedKey }: CodecContext) => Buffer.from(`${VERSION}.${storedKey}`);
