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

/** The same key for every purpose: a codec must tell its own texts from those of the others without that. */
export const secretsOf = (...keys: [Uint8Array, ...Uint8Array[]]): SecretKeys => ({ derive: () => keys });

export const context = (overrides: Partial<CodecContext> = {}): CodecContext => ({
  storedKey: "sha256.row",
  secrets: secretsOf(KEY),
  serializer: JSON,
  ...overrides,
});

/** A genuine text with anything at all in the place of what the serializer writes. */
export const signPayload = (codec: Codec, payload: string, overrides: Partial<CodecContext> = {}): string =>
  codec.encode({}, context({ ...overrides, serializer: { stringify: () => payload, parse: JSON.parse } }));
