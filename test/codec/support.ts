import { hkdfSync } from "node:crypto";
import {
  type Codec,
  type CodecContext,
  encryptedJson,
  plainJson,
  type SecretKeys,
  signedJson,
} from "prisma-db-session";

/** Every codec of the package, by its name. */
export const CODECS: readonly (readonly [name: string, codec: Codec])[] = [
  ["signedJson()", signedJson()],
  ["encryptedJson()", encryptedJson()],
  ["plainJson()", plainJson()],
];

export const [KEY, OLDER_KEY] = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)];

/**
 * The same key for every purpose. So a codec must refuse the data of the other codecs by itself.
 */
export const keysOf = (...keys: [Uint8Array, ...Uint8Array[]]): SecretKeys => ({ derive: () => keys });

/** The keys of these secrets, derived with HKDF-SHA256 without the package's help. */
export const secretsOf = (...secrets: [string, ...string[]]): SecretKeys => ({
  derive(label) {
    const derive = (secret: string) => new Uint8Array(hkdfSync("sha256", secret, "", label, 32));
    const [first, ...older] = secrets;
    return [derive(first), ...older.map(derive)];
  },
});

export const context = (overrides: Partial<CodecContext> = {}): CodecContext => ({
  storedKey: "sha256.row",
  secrets: keysOf(KEY),
  ...overrides,
});
