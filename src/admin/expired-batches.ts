import type { SessionStore } from "../store/session-store.ts";
import type { Round } from "./delete-in-rounds.ts";

/** Deletes the rows that expire at or before an instant, batch by batch, the oldest first. */
export class ExpiredBatches {
  readonly #store: SessionStore;
  readonly #at: Date;
  /**
   * Where the last batch ended. Always to read from the beginning would get slower with each batch,
   * while an old snapshot keeps deleted rows in the index. The last reading starts at the beginning
   * again: another process may have stopped before it deleted what it had read.
   */
  #from: Date | undefined;
  /** Where the last interval ended. */
  #reached: Date | undefined;
  // If one of these batches is read again, its rows were not deleted.
  #last = new Set<string>();
  #first = new Set<string>();

  constructor(store: SessionStore, at: Date) {
    this.#store = store;
    this.#at = at;
  }

  /** Deletes at most this many rows. */
  async deleteNext(size: number): Promise<Round> {
    return (await this.#deleteInterval(size)) ?? (await this.#deleteKeys(size));
  }

  /**
   * Deletes the rows that expire before the row after this batch. No key has to be read or sent, so
   * this takes less than half of the time. Returns `undefined` if no row comes after the batch, or
   * if this row expires at the same instant as the batch.
   *
   * The interval ends at an expired row. Up to the first live row, MySQL would lock the gap, and a
   * session that expires soon would have to wait.
   */
  async #deleteInterval(size: number): Promise<Round | undefined> {
    const from = this.#from && { from: this.#from };
    const [next] = await this.#store.findExpired(this.#at, 1, { ...from, skip: size });
    if (!next || (this.#reached && next.expireDate <= this.#reached)) return undefined;
    const before = next.expireDate;
    const deleted = await this.#store.deleteExpired({ ...from, before }, this.#at);
    this.#from = before;
    this.#reached = before;
    return { deleted, isLast: false, isMiss: false };
  }

  async #deleteKeys(size: number): Promise<Round> {
    const from = this.#from;
    const rows = await this.#store.findExpired(this.#at, size, from && { from });
    const keys = rows.map(({ key }) => key);
    if (keys.length === 0) {
      this.#from = undefined;
      return { deleted: 0, isLast: from === undefined, isMiss: false };
    }
    const isIn = (batch: Set<string>) => keys.every((key) => batch.has(key));
    const isMiss = isIn(this.#last) || (!from && isIn(this.#first));
    this.#last = new Set(keys);
    if (!from) this.#first = this.#last;
    // After a miss, the same rows are read again: they must not be passed over.
    if (!isMiss) this.#from = keys.length === size ? rows.at(-1)?.expireDate : undefined;
    const deleted = await this.#store.deleteExpired({ keys }, this.#at);
    return { deleted, isLast: false, isMiss };
  }
}
