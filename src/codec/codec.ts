import type { SecretKeys } from "../key/secret-keys.ts";

/**
 * Turns values into text and back. `JSON`, superjson and devalue fit as they are.
 *
 * The same value must always give the same text: a save finds the changed values by comparing texts.
 */
export interface Serializer {
  /** The text of a value. It is written into the data column, protected by the codec. */
  stringify(value: unknown): string;
  /** The value of a text that `stringify` made. */
  parse(text: string): unknown;
}

/** What a codec may use besides the text. */
export interface CodecContext {
  /** The key column of the row that holds the text. Bind the result to it, so that it is valid in no other row. */
  readonly storedKey: string;
  /** Keys derived from the option `secret`. */
  readonly secrets: SecretKeys;
}

/**
 * Protects the text that the serializer made. The result goes into the data column.
 *
 * No two texts are ever the same, since each contains the id of its write. The results must differ in more than letter
 * case, accents or trailing spaces, which the default collations of MySQL ignore: begin with a signature or a nonce in hex.
 */
export interface Codec {
  /** The protected text, for the data column. */
  encode(text: string, context: CodecContext): string;
  /** The text, or `undefined` for data that do not verify. Never throws, whatever the data. */
  decode(data: string, context: CodecContext): string | undefined;
  /**
   * How many of the first characters of a result no other result shares. A save then compares only these (at most 45),
   * if they consist of a-z, 0-9 and `.{}":_-`, and if at least 80 random bits of a-z and 0-9 are in the first 45.
   * Default: none, and a save compares the whole data.
   */
  readonly uniquePrefixLength?: number;
}
