import { endings } from "./endings.ts";
import type { StoredRow } from "./row-data.ts";

/** How long a request goes by what it has read or written, in milliseconds. */
const MAX_AGE = 5000;

interface Known {
  readonly storedKey: string;
  readonly row: Promise<StoredRow | undefined>;
  readonly at: number;
  /** How many there had been before. */
  readonly endings: number;
}

/**
 * The row of a request's session, or that there is none, as the request has last read or written it: the parts of a request share one, so that
 * each has a session of its own, but only the first reads the row.
 *
 * What is older than five seconds, or than the last time that this process has ended a session, is read again: what the request itself has
 * ended must not be shown, and what others have, not for long.
 */
export class RequestRow {
  #known: Known | undefined;

  /** @param find reads the row, if need be */
  async read(storedKey: string, find: () => Promise<StoredRow | undefined>): Promise<StoredRow | undefined> {
    if (this.#known?.storedKey !== storedKey || !isFresh(this.#known)) {
      this.#known = { storedKey, at: performance.now(), endings: endings(), row: find() };
    }
    const known = this.#known;
    try {
      return await known.row;
    } catch (error) {
      if (this.#known === known) this.forget();
      throw error;
    }
  }

  written(storedKey: string, row: StoredRow | undefined): void {
    this.#known = { storedKey, at: performance.now(), endings: endings(), row: Promise.resolve(row) };
  }

  forget(): void {
    this.#known = undefined;
  }
}

const isFresh = (known: Known) => known.endings === endings() && performance.now() - known.at < MAX_AGE;
