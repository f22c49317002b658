import { hash } from "node:crypto";
import type { StoredRow } from "./row-data.ts";

/** What a write tried that failed. */
export interface OpenWrite {
  /** What it wrote into the data column, if anything. */
  readonly rowText?: string | undefined;
  /** The session key that it gave the row, if another one. */
  readonly movedTo?: string;
  /** The session key of the row that it inserted, if it did. */
  readonly inserted?: string;
  /** Whether it would do something else if it were made a second time, on top of what others have written. */
  readonly isHarmful?: boolean;
  /** What it gave the keys that it changed; undefined: the key was removed. */
  readonly values?: Iterable<readonly [key: string, text: string | undefined]>;
}

/**
 * The writes of one session that failed without a word on whether they were carried out: they may have been, or may arrive yet. This lasts
 * until a later write is acknowledged, since what arrives after that finds another text than the one it is guarded by.
 */
export class OpenWrites {
  /** What the last of them threw. */
  error: unknown;
  #count = 0;
  #isEmpty = true;
  #isHarmful = false;
  #movedTo: string[] = [];
  /** Until the session ends: what is in these rows is guarded by nothing, and may stay. */
  #inserted: string[] = [];
  /** What the last of them gave each key. */
  readonly #values = new Map<string, string | undefined>();
  /** Of what they wrote into the data column, which may be large. */
  readonly #digests = new Set<string>();

  get isEmpty(): boolean {
    return this.#isEmpty;
  }

  /** How many there have been, those included that are closed. */
  get count(): number {
    return this.#count;
  }

  /** The session keys that the row may have. */
  get movedTo(): readonly string[] {
    return this.#movedTo;
  }

  /** Those of rows that there may be, of which the session itself knows nothing. */
  get unknownKeys(): readonly string[] {
    return [...this.#movedTo, ...this.#inserted];
  }

  get changedKeys(): Iterable<string> {
    return this.#values.keys();
  }

  get hasChanges(): boolean {
    return this.#values.size > 0;
  }

  add({ rowText, movedTo, inserted, isHarmful = false, values = [] }: OpenWrite, error: unknown): void {
    this.#count++;
    this.#isEmpty = false;
    this.error = error;
    this.#isHarmful ||= isHarmful;
    if (movedTo !== undefined) this.#movedTo.push(movedTo);
    if (inserted !== undefined) this.#inserted.push(inserted);
    if (rowText !== undefined) this.#digests.add(digest(rowText));
    for (const [key, text] of values) this.#values.set(key, text);
  }

  /** After a write that was acknowledged. */
  close(): void {
    if (this.#isEmpty) return;
    this.error = undefined;
    this.#isEmpty = true;
    this.#isHarmful = false;
    this.#movedTo = [];
    this.#values.clear();
    this.#digests.clear();
  }

  /** After all rows of the session were deleted. */
  end(): void {
    this.close();
    this.#inserted = [];
  }

  /** Whether one of them wrote this row, and nobody has since. */
  hasWritten({ data }: StoredRow): boolean {
    return this.#digests.size > 0 && this.#digests.has(digest(data));
  }

  /**
   * Whether, in a row that others have written, nobody can tell if they were carried out: it does not have what they gave a key, so that the
   * others were before them, perhaps, or have undone it. That is no matter where the key has what is wanted by now. A row that is not known,
   * or is replaced as a whole, tells nothing.
   */
  isHidden(mine: ReadonlyMap<string, string>, theirs: ReadonlyMap<string, string> | undefined): boolean {
    if (!theirs) return this.#isHarmful;
    return [...this.#values].some(([key, text]) => theirs.get(key) !== text && theirs.get(key) !== mine.get(key));
  }
}

const digest = (text: string): string => hash("sha256", text, "base64");
