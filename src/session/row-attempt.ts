import type { Columns, UpdateGuard } from "../store/session-store.ts";
import { differingKeys, type Texts } from "./changes.ts";
import { sessionExpiryDate } from "./expiry.ts";
import type { OpenWrite } from "./open-writes.ts";
import { encodeRowData, isOfOlderSecret, isSameRow, type KnownRow, type StoredRow } from "./row-data.ts";
import type { SessionConfig } from "./session-config.ts";

/** How a row is to be updated. */
export interface UpdateOptions {
  /** Give the row a new key. */
  readonly rekey: boolean;
  /** Replace whatever the row holds, instead of merging with it. */
  readonly replacesAll: boolean;
  /** How many writes of this session had failed, with their outcome open, when the caller decided to write: only those may be made again. */
  readonly knownFailures: number;
}

/** What an attempt starts from. */
export interface RowState {
  readonly sessionKey: string;
  /** The row as it was last read or written; undefined when it never was, after a clear() before loading. */
  readonly row: KnownRow | undefined;
  /** What the row is to hold. */
  readonly data: ReadonlyMap<string, unknown>;
  readonly texts: Texts;
  /** Whether an UPDATE of an earlier call may still be on its way: only a text of its own keeps that one from landing after this one. */
  readonly followsOpen: boolean;
}

/** What became of an attempt; `found`: a failure left that open, and this is what the row is now, changed or gone. */
export type Outcome = "matched" | "unmatched" | "taken" | { readonly found: StoredRow | undefined };

/** One UPDATE of a row, guarded by what was read. */
export class RowAttempt {
  /** The session key that the row is to have afterwards. */
  readonly sessionKey: string;
  readonly expireDate: Date;
  /** In what the attempt changes the row. */
  readonly changedKeys: readonly string[];
  /** The text for the data column; undefined: only the expiry is written. */
  readonly #text: string | undefined;
  readonly #columns: Columns | undefined;
  readonly #guard: UpdateGuard;
  readonly #state: RowState;
  readonly #options: UpdateOptions;
  readonly #config: SessionConfig;

  constructor(state: RowState, options: UpdateOptions, config: SessionConfig) {
    const now = config.now();
    const { row, data, texts } = state;
    this.changedKeys = differingKeys(row?.texts ?? new Map(), texts);
    const writesData =
      state.followsOpen ||
      options.rekey ||
      options.replacesAll ||
      !row ||
      this.changedKeys.length > 0 ||
      isOfOlderSecret(row.data, state.sessionKey, config);
    this.sessionKey = options.rekey ? config.newKey() : state.sessionKey;
    this.expireDate = sessionExpiryDate(data, now, config);
    this.#text = writesData ? encodeRowData(data, texts, this.sessionKey, config) : undefined;
    this.#columns = config.columnsOf?.(data);
    // Also where the data replace whatever there is: an UPDATE that arrives late must not land on what others have written since.
    this.#guard = row ? { liveAt: now, data: row.data } : { liveAt: now };
    this.#state = state;
    this.#options = options;
    this.#config = config;
  }

  get texts(): Texts {
    return this.#state.texts;
  }

  /** The row as it is once this was carried out. */
  get row(): KnownRow | undefined {
    const { row, texts } = this.#state;
    const data = this.#text ?? row?.data;
    return data === undefined ? undefined : { data, expireDate: this.expireDate, texts };
  }

  /** What is to be remembered of it after a failure. */
  openWrite(changedKeys: ReadonlySet<string>): OpenWrite {
    const rowText = this.#text;
    // Under a key that nobody knows, nobody builds upon it.
    if (this.#options.rekey) return { rowText, movedTo: this.sessionKey };
    const values = [...changedKeys].map((key) => [key, this.texts.get(key)] as const);
    return { rowText, values, isHarmful: !this.isRepeatable(changedKeys) };
  }

  async send(): Promise<Outcome> {
    const { store, storedKey } = this.#config;
    const key = storedKey(this.#state.sessionKey);
    const expireDate = this.expireDate;
    const data = this.#text;
    if (this.#options.rekey && data !== undefined) {
      const outcome = await store.rekey(key, this.#guard, {
        key: storedKey(this.sessionKey),
        data,
        expireDate,
        columns: this.#columns,
      });
      return outcome === "rekeyed" ? "matched" : outcome;
    }
    const columns = this.#columns;
    const changes = data === undefined ? { expireDate, columns } : { expireDate, columns, data };
    const updated = await store.update(key, this.#guard, changes);
    return updated ? "matched" : "unmatched";
  }

  /** After a failure: whether the UPDATE was carried out all the same, or may be followed by another. Undefined: neither, or nobody knows. */
  async look(): Promise<Outcome | undefined> {
    const { store, storedKey } = this.#config;
    const found = await store.find(storedKey(this.#state.sessionKey));
    if (!found) {
      // Asked in this order: as long as the old key has a row, the new one has none.
      const moved = this.#options.rekey && (await store.find(storedKey(this.sessionKey)));
      return moved ? "matched" : { found };
    }
    if (this.isWritten(found)) return "matched";
    // Only a guarded UPDATE may be followed by another: if it arrives late after all, the text that it wants is gone.
    const isOvertaken = this.#guard.data !== undefined && found.data !== this.#guard.data;
    return isOvertaken ? { found } : undefined;
  }

  /** Whether it may be followed by another where others have written the row since, whatever became of it: nothing is done twice by that. */
  isRepeatable(changedKeys: ReadonlySet<string>): boolean {
    const { rekey, replacesAll } = this.#options;
    // A row that is still there under its old key has not been moved.
    return rekey || (!replacesAll && changedKeys.size === 0);
  }

  /**
   * Whether what others have written since has all that this one changed, so that they have built upon it. If not, they may have been
   * first, or have undone it: nobody can tell. Nor where merging is not wanted: there it matters who was first.
   */
  isBuiltUponIn(theirs: Texts, changedKeys: ReadonlySet<string>): boolean {
    if (this.#options.replacesAll || this.#config.onConflict !== "merge") return false;
    return [...changedKeys].every((key) => theirs.get(key) === this.texts.get(key));
  }

  /**
   * Whether the row is what this attempt wanted to make of it. A text of its own is enough: another request may have moved the expiry on
   * since. (It is also how a MySQL connection is understood that does not count a row which had the same values before.)
   */
  isWritten(row: StoredRow): boolean {
    if (this.#options.rekey) return false;
    const isOwnText = this.#text !== undefined && this.#text !== this.#state.row?.data;
    return isOwnText ? row.data === this.#text : isSameRow(row, this.row);
  }
}
