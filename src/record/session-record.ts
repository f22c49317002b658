import { emitFor, type KeyedSessionEvent } from "../events.ts";
import type { StoredRow } from "../store/session-store.ts";
import { changedKeys } from "./changes.ts";
import type { Dictionary } from "./dictionary.ts";
import { problemOf } from "./find-row.ts";
import { dropHidden } from "./hidden-value.ts";
import { decodeRow, type KnownRow, serialize, valuesOf } from "./known-row.ts";
import { endedError } from "./row-errors.ts";
import { MAX_KEYS, RowInsert } from "./row-insert.ts";
import { refreshRow } from "./row-refresh.ts";
import { type LiveRowState, newRowState, type RowState, type Write } from "./row-state.ts";
import { RowUpdate } from "./row-update.ts";
import { emitHidden, hideMisfits } from "./schema-check.ts";
import { hasSchema, type SessionConfig } from "./session-config.ts";
import type { SaveRequest } from "./write.ts";

/** The row of one session, as this request knows it: how it is read, written and deleted. */
export class SessionRecord {
  readonly #state: RowState;
  readonly #config: SessionConfig;
  readonly #insert: RowInsert;
  /**
   * Keys of rows that the session does not use, but that `flush()` deletes. The cookie brought the
   * key, although the reading found no session (a replica may lag). Or only a write in doubt may
   * have given a row this key.
   */
  readonly #otherKeys = new Set<string>();

  constructor(config: SessionConfig, sessionKey: string | null) {
    this.#config = config;
    this.#state = newRowState(sessionKey);
    this.#insert = new RowInsert(config, (key) => this.#otherKeys.add(key));
  }

  get sessionKey(): string | null {
    return this.#state.sessionKey;
  }

  /** The row as it was last read or written. */
  get row(): KnownRow | undefined {
    return this.#state.row;
  }

  /** Whether a rotation was asked for and has not succeeded yet. */
  get isRotationDue(): boolean {
    return this.#state.nextKey !== null;
  }

  /** Whether any row has the key, expired or not. */
  async exists(sessionKey: string): Promise<boolean> {
    return (await this.#find(sessionKey)) !== undefined;
  }

  /**
   * The dictionary of the live row. Without one, the session has no key from now on and an empty
   * dictionary.
   */
  async read(): Promise<Dictionary> {
    const { sessionKey } = this.#state;
    if (sessionKey === null) return new Map();
    const data = await this.#readLive(sessionKey);
    if (data) {
      this.#emit({ type: "loaded" });
      const { row } = this.#state;
      if (row && hasSchema(this.#config)) {
        const keys = await hideMisfits({ row, data }, this.#config);
        emitHidden(keys, sessionKey, this.#config);
      }
    } else {
      this.#state.sessionKey = null;
      this.#otherKeys.add(sessionKey);
    }
    return data ?? new Map();
  }

  /** From now on, every write gives the row the same new key until one has succeeded. */
  startRotation(): void {
    this.#state.nextKey ??= this.#config.newKey();
  }

  /** Whether a save would write data: a change, a `clear()`, or a write in doubt. */
  isChanged(data: Dictionary, clears: number): boolean {
    const { sessionKey, row, inDoubt, clears: savedClears } = this.#state;
    if (sessionKey === null) return data.size > 0;
    if (!row || clears > savedClears || inDoubt.length > 0) return true;
    return changedKeys(valuesOf(row, this.#config), serialize(data, this.#config)).length > 0;
  }

  /**
   * Updates the row. A session without a key gets a row. Returns whether the session has a new row.
   */
  async save(request: SaveRequest): Promise<boolean> {
    const { sessionKey } = this.#state;
    if (sessionKey === null) return this.insert(request);
    // A `create()` whose outcome is unknown may have given a session with a key another row.
    if (await this.#adoptInsert(request)) return true;
    await this.#update(sessionKey, request);
    return false;
  }

  /**
   * Inserts a row under a new key, and under another new key if that one is taken.
   * @throws CreateError if all of `keys` keys are taken
   */
  async insert(request: SaveRequest, { keys = MAX_KEYS }: { readonly keys?: number } = {}): Promise<true> {
    if (await this.#adoptInsert(request)) return true;
    this.#use(await this.#insert.send(request, keys));
    return true;
  }

  /** See {@link refreshRow}. */
  async refresh(): Promise<boolean> {
    const isRefreshed = await refreshRow(this.#state, this.#config);
    if (isRefreshed) this.#emit({ type: "refreshed" });
    return isRefreshed;
  }

  /** Deletes the row of a key, if there is one. */
  async delete(sessionKey: string, reason: "destroyed" | "flushed" = "destroyed"): Promise<void> {
    const isDeleted = await this.#config.store.delete(this.#config.storedKey(sessionKey));
    if (isDeleted) emitFor(sessionKey, { type: "ended", reason }, this.#config);
  }

  /** Deletes the rows of the session, and forgets its key. */
  async flush(): Promise<void> {
    const { sessionKey, inDoubt } = this.#state;
    // The session's key comes before those of its rotations: from then on, no late rotation can
    // match the row.
    const keys = new Set([...this.#otherKeys, sessionKey, ...inDoubt.map((write) => write.sessionKey)]);
    for (const key of keys) if (key !== null) await this.delete(key, "flushed");
    this.forget();
    this.#otherKeys.clear();
  }

  /** From now on, the session has no row. */
  forget(): void {
    const { sessionKey, inDoubt } = this.#state;
    for (const key of [sessionKey, ...inDoubt.map((write) => write.sessionKey)])
      if (key !== null) this.#otherKeys.add(key);
    this.#insert.forget();
    Object.assign(this.#state, newRowState());
  }

  async #update(sessionKey: string, request: SaveRequest): Promise<void> {
    // After a `clear()` before loading. Every write has a guard.
    if (!this.#state.row && !(await this.#readLive(sessionKey))) throw endedError();
    // It keeps this state up to date.
    await new RowUpdate(this.#state as LiveRowState, request, this.#config).run();
  }

  /** Reads the row. An event says why there is no live session in it. */
  async #readLive(sessionKey: string): Promise<Dictionary | undefined> {
    const stored = await this.#find(sessionKey);
    const decoded = stored && decodeRow(stored, this.#config.storedKey(sessionKey), this.#config);
    const problem = problemOf(stored, decoded?.row, this.#config);
    if (problem) emitFor(sessionKey, problem, this.#config);
    if (problem || !decoded) return undefined;
    this.#state.row = decoded.row;
    return decoded.data;
  }

  /** After an INSERT in doubt: adopts its row if it is there, and saves what has changed since. */
  async #adoptInsert(request: SaveRequest): Promise<boolean> {
    const write = await this.#insert.adopt();
    if (!write) return false;
    this.#use(write);
    dropHidden(request.data);
    if (request.signIn || this.isChanged(request.data, request.clears)) await this.#update(write.sessionKey, request);
    return true;
  }

  /** The session has the row of an INSERT. */
  #use({ sessionKey, row, clears }: Write): void {
    this.forget();
    this.#otherKeys.delete(sessionKey);
    Object.assign(this.#state, { sessionKey, row, clears });
    this.#emit({ type: "created" });
  }

  #find(sessionKey: string): Promise<StoredRow | undefined> {
    return this.#config.store.find(this.#config.storedKey(sessionKey));
  }

  #emit(event: KeyedSessionEvent): void {
    if (this.#state.sessionKey !== null) emitFor(this.#state.sessionKey, event, this.#config);
  }
}
