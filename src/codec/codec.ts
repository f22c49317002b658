import type { SecretKeys } from "../secret.ts";

/**
 * Turns values into text and back. `JSON`, superjson and devalue fit as they are.
 *
 * The same value must give the same text each time: by their texts a save tells which values changed. Half of a surrogate pair must be
 * escaped, as these three do: otherwise saving it is a `SerializationError`.
 */
export interface Serializer {
  stringify(value: unknown): string;
  parse(text: string): unknown;
}

/** What a codec may use besides the data itself. */
export interface CodecContext {
  /** The key column of the row that holds, or will hold, the text: bind the text to it, so that it opens under no other key. */
  readonly storedKey: string;
  /** Keys derived from the `secret` option. */
  readonly secrets: SecretKeys;
  readonly serializer: Serializer;
}

/** The dictionary of a session as a codec sees it: the user's keys and the reserved ones that begin with `_session_`. */
export type SessionData = Readonly<Record<string, unknown>>;

/**
 * The text in the data column.
 *
 * Two different dictionaries must give texts that differ in more than letter case, accents or trailing spaces: `save()` compares the
 * text with what it read, and the default collations of MySQL ignore all three. It is best if no two texts are ever the same, as by a
 * nonce: then a save that arrives late cannot take a later state for the one that it had read.
 */
export interface Codec {
  encode(data: SessionData, context: CodecContext): string;
  /** The data, or `undefined` for a text that does not verify or decode. Never throws, whatever the text. */
  decode(text: string, context: CodecContext): SessionData | undefined;
}
