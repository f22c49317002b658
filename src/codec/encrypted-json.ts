import { createCipheriv, createDecipheriv, createHmac, randomBytes } from "node:crypto";
import type { Codec, CodecContext } from "./codec.ts";

const VERSION = "e1";
const LABEL = "prisma-db-session encryptedJson v1";
const CIPHER = "aes-256-gcm";
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const BEGINNING = /^e1\.[0-9a-f]{24}\./;
const NONCE_AT = VERSION.length + 1;
const DOT_AT = NONCE_AT + 2 * NONCE_BYTES;
const OPTIONS = { authTagLength: TAG_BYTES };

/**
 * A codec that keeps the data secret: it encrypts the text with AES-256-GCM. A reader of the table
 * learns only the length of the text. The column holds `e1.<24 hex digits>.<base64url>`.
 *
 * The digits are a random nonce. The rest is the ciphertext and its tag. The tag covers the stored
 * key too, and each row has its own key, derived from the secret. So data that were changed, or
 * copied to another row, do not decrypt.
 *
 * Without the secret, the data are lost. Back the secret up as carefully as the database.
 */
export function encryptedJson(): Codec {
  return {
    uniquePrefixLength: DOT_AT,
    encode(text, context) {
      const [key] = context.secrets.derive(LABEL);
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv(CIPHER, rowKey(key, context), nonce, OPTIONS);
      cipher.setAAD(associatedData(context));
      const encrypted = [cipher.update(text, "utf8"), cipher.final()];
      const sealed = Buffer.concat([...encrypted, cipher.getAuthTag()]);
      return `${VERSION}.${nonce.toString("hex")}.${sealed.toString("base64url")}`;
    },
    decode(data, context) {
      if (!BEGINNING.test(data)) return undefined;
      const nonce = Buffer.from(data.slice(NONCE_AT, DOT_AT), "hex");
      const base64 = data.slice(DOT_AT + 1);
      const sealed = Buffer.from(base64, "base64url");
      if (sealed.length < TAG_BYTES) return undefined;
      for (const key of context.secrets.derive(LABEL)) {
        const text = decrypt(sealed, rowKey(key, context), nonce, context);
        // Node.js decodes base64 leniently: many texts give the same bytes. `encode` writes only
        // the canonical text.
        if (text !== undefined && sealed.toString("base64url") === base64) return text.toString();
      }
      return undefined;
    },
  };
}

/** `undefined` if the tag does not verify. */
function decrypt(sealed: Buffer, key: Uint8Array, nonce: Uint8Array, context: CodecContext): Buffer | undefined {
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
 * A key for each row. Random nonces are safe for 2^32 writes under one key (NIST SP 800-38D, 8.3).
 * All sessions of a large site together could write more often than that in the life of a secret.
 * One session cannot.
 *
 * HMAC is a pseudorandom function, and the key is uniform already, so HKDF's Extract step would add
 * nothing.
 */
function rowKey(key: Uint8Array, { storedKey }: CodecContext): Uint8Array {
  return createHmac("sha256", key).update(storedKey).digest();
}

const associatedData = ({ storedKey }: CodecContext) => Buffer.from(`${VERSION}.${storedKey}`);
