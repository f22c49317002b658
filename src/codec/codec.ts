import type { SecretKeys } from "../key/secret-keys.ts";

/**
 * Turns values into text and back. You can pass `JSON`, superjson or devalue as they are.
 *
 * The same value must always give the same text, because a save finds changed values by comparing
 * texts.
 */
export interface Serializer {
  /**
   * The text of a value. The codec protects the text, and the store writes it to the data column.
   */
  stringify(value: unknown): string;
  /** The value of a text that `stringify` made. */
  parse(text: string): unknown;
}

/** The values that a codec may use besides the text. */
export interface CodecContext {
  /**
   * The key column of the row that holds the text. Bind the result to this key, so that the result
   * is valid in no other row.
   */
  readonly storedKey: string;
  /** Keys derived from the option `secret`. */
  readonly secrets: SecretKeys;
}

/**
 * Protects the text that the serializer made. The result goes into the data column.
 *
 * No two texts are ever the same, because each text contains the id of its write. The results must
 * differ in more than letter case, accents or trailing spaces, because the default collations of
 * MySQL ignore those. Let the result begin with a signature or a nonce in hex.
 */
export interface Codec {
  /** The protected text, for the data column. */
  encode(text: string, context: CodecContext): string;
  /** The text. `undefined` if the data do not verify. Must never throw, whatever the data. */
  decode(data: string, context: CodecContext): string | undefined;
  /**
   * The number of first characters that differ between any two results. A save then compares only
   * these characters, at most 45. They must consist of a-z, 0-9 and `.{}":_-`. Of the first 45,
   * characters of a-z and 0-9 must hold at least 80 random bits.
   * Default: a save compares the whole data.
   */
  readonly uniquePrefixLength?: number;
}
