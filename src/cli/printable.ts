/**
 * Control characters, characters that change the direction of text, invisible ones, and halves of
 * characters. A value from a table may hold them to change what a terminal shows.
 */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** A text that stays on its line in a terminal: unprintable characters are written as `\u{202e}`. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`);
}

/** One line of JSON with the same value, where unprintable characters are written as `\u202e`. */
export function printableJson(value: unknown): string {
  const text = JSON.stringify(value, (_, part) => (typeof part === "bigint" ? String(part) : part));
  return text.replace(UNPRINTABLE, (character) =>
    Array.from({ length: character.length }, (_, i) => unit(character, i)).join(""),
  );
}

const unit = (character: string, index: number): string =>
  `\\u${character.charCodeAt(index).toString(16).padStart(4, "0")}`;
