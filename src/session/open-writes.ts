import type { Texts } from "./changes.ts";
import type { RowAttempt } from "./row-attempt.ts";
import type { StoredRow } from "./row-data.ts";

/**
 * The UPDATEs of one session that failed without a word on whether they were carried out: they may have been, or may arrive yet. This lasts
 * until a later write is acknowledged, since what arrives after that finds another text than the one it is guarded by.
 */
export class OpenWrites {
  /** The new keys that the row may have. */
  readonly sessionKeys: string[] = [];
  /** What the last of them threw. */
  error: unknown;
  /** What they gave the keys that they changed, the last of them in the end; undefined: the key was removed. */
  readonly #values = new Map<string, string | undefined>();
  /** What they wrote into the data column. */
  readonly #rowTexts = new Set<string>();
  #isEmpty = true;

  get isEmpty(): boolean {
    return this.#isEmpty;
  }

  get changedKeys(): readonly string[] {
    return [...this.#values.keys()];
  }

  add(attempt: RowAttempt, changedKeys: Iterable<string>, error: unknown): void {
    this.#isEmpty = false;
    this.error = error;
    if (attempt.row) this.#rowTexts.add(attempt.row.data);
    // Under a key that nobody knows, nobody builds upon it.
    if (attempt.rekeys) this.sessionKeys.push(attempt.sessionKey);
    else for (const key of changedKeys) this.#values.set(key, attempt.texts.get(key));
  }

  /** Whether one of them wrote this row, and nobody has since. */
  hasWritten({ data }: StoredRow): boolean {
    return this.#rowTexts.has(data);
  }

  /**
   * Whether nobody can tell if they were carried out, of what is wanted as they wanted it: others have written a row that does not have it,
   * perhaps before them, or they have undone it.
   */
  isHidden(mine: Texts, theirs: Texts): boolean {
    return [...this.#values].some(([key, text]) => mine.get(key) === text && theirs.get(key) !== text);
  }
}
