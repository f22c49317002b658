import { setTimeout as wait } from "node:timers/promises";
import { ConflictError, UpdateError } from "../errors.ts";
import type { SessionRow, UpdateGuard } from "../store/session-store.ts";
import { applyChanges, type Changes, findChanges, isUnchanged } from "./changes.ts";
import type { CookieMover } from "./cookie-mover.ts";
import { isLive, sessionExpiryDate } from "./expiry.ts";
import { allKeysTaken, MAX_KEYS } from "./new-key.ts";
import { decodeRowData, encodeRowData } from "./row-data.ts";
import { checkSerializable } from "./serializable.ts";
import type { SessionConfig } from "./session-config.ts";
import { emitFor, keyHash } from "./session-events.ts";

const MAX_ATTEMPTS = 100;
const MAX_WAIT_MS = 50;
/** How often an UPDATE may match nothing although its row is live and as it was read, before something else must be wrong. */
const MAX_UNEXPLAINED = 10;

const STUCK =
  "Its row reads as unchanged, but no UPDATE matches it. In a transaction that reads from a snapshot (the default of MySQL), " +
  "another request may have changed it: use READ COMMITTED. Otherwise check how the table stores dates.";

/** How a row is to be updated. */
export interface UpdateOptions {
  /** Give the row a new key. */
  readonly rekey: boolean;
  /** Replace whatever the row holds, instead of merging with it. */
  readonly replacesAll: boolean;
}

type StoredRow = Omit<SessionRow, "key">;

/** One UPDATE as it is to be sent. */
interface Attempt {
  /** The session key that the row is to have afterwards. */
  readonly sessionKey: string;
  /** The text for the data column; undefined: only the expiry is written. */
  readonly text: string | undefined;
  readonly expireDate: Date;
  readonly guard: UpdateGuard;
}

/**
 * The update of one row: an UPDATE that is guarded by what was read, and, when another request was faster, what that one wrote with this
 * one's changes on top, and another UPDATE.
 */
export class RowUpdate {
  /** The row as it was last read or written; undefined when it never was, after a clear() before loading. */
  row: StoredRow | undefined;
  #unexplained = 0;
  readonly #sessionKey: string;
  readonly #data: Map<string, unknown>;
  readonly #options: UpdateOptions;
  readonly #config: SessionConfig;

  /** @param data what the row is to hold; what others wrote is merged into it in place */
  constructor(
    sessionKey: string,
    row: StoredRow | undefined,
    data: Map<string, unknown>,
    options: UpdateOptions,
    config: SessionConfig,
  ) {
    this.row = row;
    this.#sessionKey = sessionKey;
    this.#data = data;
    this.#options = options;
    this.#config = config;
  }

  /**
   * @returns the session key that the row has now
   * @throws UpdateError when the row is gone
   * @throws ConflictError when merging is not wanted, not possible or does not come to an end
   * @throws CreateError when no new key was free
   */
  async run(cookie: CookieMover): Promise<string> {
    let taken = 0;
    for (let tried = 1; tried <= MAX_ATTEMPTS; tried++) {
      const attempt = this.#plan();
      cookie.move({ ...attempt, data: this.#data });
      const outcome = await this.#send(attempt);
      if (outcome === "matched") return this.#written(attempt);
      if (outcome === "unmatched" && (await this.#reconcile(attempt, tried))) return this.#written(attempt);
      if (outcome === "taken" && ++taken === MAX_KEYS) throw allKeysTaken(taken);
    }
    throw this.#conflict(MAX_ATTEMPTS, "It kept changing while this request tried to save it.");
  }

  #plan(): Attempt {
    const config = this.#config;
    checkSerializable(this.#data, config.serializer);
    const now = config.now();
    const { rekey, replacesAll } = this.#options;
    const sessionKey = rekey ? config.newKey() : this.#sessionKey;
    const changed = replacesAll || !isUnchanged(this.#changes());
    const overwrites = replacesAll || (changed && config.onConflict === "overwrite");
    return {
      sessionKey,
      text: changed || rekey ? encodeRowData(this.#data, sessionKey, config) : undefined,
      expireDate: sessionExpiryDate(this.#data, now, config),
      guard: { liveAt: now, ...(!overwrites && this.row && { data: this.row.data }) },
    };
  }

  async #send({ sessionKey, text, expireDate, guard }: Attempt): Promise<"matched" | "unmatched" | "taken"> {
    const { store, storedKey } = this.#config;
    const key = storedKey(this.#sessionKey);
    if (this.#options.rekey && text !== undefined) {
      const outcome = await store.rekey(key, guard, { key: storedKey(sessionKey), data: text, expireDate });
      return outcome === "rekeyed" ? "matched" : outcome;
    }
    const updated = await store.update(key, guard, { expireDate, ...(text !== undefined && { data: text }) });
    return updated ? "matched" : "unmatched";
  }

  /** Finds out why an UPDATE matched no row, and merges what another request wrote. True: the row is what this attempt wanted. */
  async #reconcile(attempt: Attempt, tried: number): Promise<boolean> {
    const { store, storedKey, onConflict, now } = this.#config;
    // The wait comes before the reading: between the reading and the next UPDATE is when others can come first again.
    if (onConflict === "merge") await wait(Math.random() * Math.min(MAX_WAIT_MS, 2 ** tried));
    const row = await store.find(storedKey(this.#sessionKey));
    if (!row || !isLive(row, now())) {
      this.#emit({ type: "ended", reason: row ? "expired" : "gone" });
      throw new UpdateError(
        "The session was ended or has expired since it was read, so nothing was saved. Call `flush()` and let the user sign in again.",
      );
    }
    if (!this.#options.rekey && this.#isWritten(row, attempt)) return true;
    const changes = this.#changes();
    const overwrites = this.#options.replacesAll || (onConflict === "overwrite" && !isUnchanged(changes));
    if (!overwrites) this.#merge(row, changes, tried);
    return false;
  }

  /** Some MySQL connections count only rows whose values changed, so that writing what is there already looks like no match. */
  #isWritten(row: StoredRow, { text = this.row?.data, expireDate }: Attempt): boolean {
    return row.data === text && row.expireDate.getTime() === expireDate.getTime();
  }

  #merge(row: StoredRow, changes: Changes, tried: number): void {
    if (row.data === this.row?.data && ++this.#unexplained === MAX_UNEXPLAINED) {
      throw this.#conflict(tried, STUCK);
    }
    if (this.#config.onConflict === "error" && !isUnchanged(changes)) {
      throw this.#conflict(tried, "Another request changed it since it was read.");
    }
    const theirs = decodeRowData(row.data, this.#sessionKey, this.#config);
    if (!theirs) {
      this.#emit({ type: "suspicious" });
      throw this.#conflict(tried, "What is in its row now does not verify.");
    }
    // Only what differs is touched: the user may hold on to a value of the rest, and change it later.
    const theirPart = findChanges(this.#data, applyChanges(theirs, changes), this.#config.serializer);
    for (const key of theirPart.removed) this.#data.delete(key);
    for (const [key, value] of theirPart.set) this.#data.set(key, value);
    if (!isUnchanged(changes) && !isUnchanged(theirPart)) this.#emit({ type: "merged", attempt: tried });
    this.row = row;
  }

  #written({ sessionKey, text = this.row?.data, expireDate }: Attempt): string {
    if (text !== undefined) this.row = { data: text, expireDate };
    if (!this.#options.rekey) this.#emit({ type: "saved" });
    else {
      const previousKeyHash = keyHash(this.#sessionKey, this.#config);
      emitFor(sessionKey, { type: "rotated", previousKeyHash }, this.#config);
    }
    return sessionKey;
  }

  /** What this request changed, found against the text that was read rather than a copy of the values, which may change deep inside. */
  #changes(): Changes {
    const before = this.row && decodeRowData(this.row.data, this.#sessionKey, this.#config);
    return findChanges(before ?? new Map(), this.#data, this.#config.serializer);
  }

  #emit(event: Parameters<typeof emitFor>[1]): void {
    emitFor(this.#sessionKey, event, this.#config);
  }

  #conflict(attempt: number, what: string): ConflictError {
    this.#emit({ type: "conflict", attempt });
    return new ConflictError(`The session was not saved. ${what} Load it anew and repeat the change.`);
  }
}
