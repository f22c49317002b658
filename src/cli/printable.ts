/**
 * Control characters, invisible characters, characters that change the direction of text, and lone
 * surrogates. With these, a value from a table could manipulate the terminal.
 */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** A text of one line for a terminal. Unprintable characters are escaped, as in `\u{202e}`. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`);
}

/** The value as one line of JSON. Unprintable characters are escaped, as in `\u202e`. */
export function printableJson(value: unknown): string {
  const text = JSON.stringify(value, (_, part) => (typeof part === "bigint" ? String(part) : part));
  return text.replace(UNPRINTABLE, (character) =>
    Array.from({ length: character.length }, (_, i) => unit(character, i)).join(""),
  );
}

const unit = (character: string, index: number): string =>
  `\\u${character.charCodeAt(index).toString(16).padStart(4, "0")}`;
