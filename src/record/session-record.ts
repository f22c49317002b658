import type { StoredRow } from "../store/session-store.ts";
import { changedKeys } from "./changes.ts";
import { absoluteEnd, isLive, sessionExpiryDate } from "./expiry.ts";
import { type Dictionary, decodeRow, dictionaryOf, guardOf, type KnownRow, valuesOf } from "./known-row.ts";
import { keyCollisionError, MAX_KEYS } from "./new-key.ts";
import { classOf, type RowState, settle } from "./row-state.ts";
import { endedError, RowUpdate } from "./row-update.ts";
import { serializeValues } from "./serialize-values.ts";
import type { SessionConfig } from "./session-config.ts";
import { emitFor, type KeyedSessionEvent } from "./session-events.ts";
import { prepareInsert, prepareUpdate, type SaveRequest, type Write } from "./write.ts";
import { fateOfWrites } from "./write-log.ts";

const NO_STATE: RowState = {
  sessionKey: null,
  row: undefined,
  nextKey: null,
  pending: [],
  pendingError: undefined,
  clears: 0,
};
const NO_ROW = { data: "", metadata: { writes: 0, ids: [] } };

/** The row of one session, as this request knows it: how it is read, written and deleted. */
export class SessionRecord {
  readonly #state: RowState;
  readonly #config: SessionConfig;
  /** The key that the cookie brought. `flush()` deletes its row even if the reading found no session. */
  #givenKey: string | null;
  /** An INSERT of unknown outcome. If its row is there, the next write adopts it. */
  #uncertainInsert: Write | undefined;
  /** The keys of all such INSERTs, for `flush()`. A late one may still arrive. */
  #uncertainKeys: string[] = [];

  constructor(config: SessionConfig, sessionKey: string | null) {
    this.#config = config;
    this.#givenKey = sessionKey;
    this.#state = { ...NO_STATE, sessionKey };
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

  /** The dictionary of the live row. Without one, the session has no key from now on and an empty dictionary. */
  async read(): Promise<Dictionary> {
    const { sessionKey } = this.#state;
    if (sessionKey === null) return new Map();
    const data = await this.#readLive(sessionKey);
    if (data) this.#emit({ type: "loaded" });
    else this.#state.sessionKey = null;
    return data ?? new Map();
  }

  /** From now on, every write gives the row the same new key until one has succeeded. */
  startRotation(): void {
    this.#state.nextKey ??= this.#config.newKey();
  }

  /** Whether a save would write data: a change, a `clear()`, or a write of unknown outcome. */
  isChanged(data: Dictionary, clears: number): boolean {
    const { sessionKey, row, pending } = this.#state;
    if (sessionKey === null) return data.size > 0;
    if (!row || clears > this.#state.clears || pending.length > 0) return true;
    return changedKeys(valuesOf(row, this.#config), serializeValues(data, this.#config.serializer)).length > 0;
  }

  /** Updates the row. A session without a key gets a row. */
  async save(request: SaveRequest): Promise<void> {
    if (await this.#adoptInsert(request)) return;
    const { sessionKey } = this.#state;
    if (sessionKey === null) return this.insert(request);
    await this.#update(sessionKey, request);
  }

  /**
   * Inserts a row under a new key, and under another new key if that one is taken.
   * @throws CreateError if all of `keys` keys are taken
   */
  async insert(request: SaveRequest, { keys = MAX_KEYS }: { readonly keys?: number } = {}): Promise<void> {
    if (await this.#adoptInsert(request)) return;
    for (let tried = 0; tried < keys; tried++) {
      const write = prepareInsert(request, this.#config);
      if (await this.#isInserted(write)) return;
    }
    throw keyCollisionError(keys);
  }

  /**
   * Extends the expiry if the last write is `refreshAfter` seconds ago. It looks at the row alone, and not at changes
   * that are not saved yet. Only a row of an older secret gets its data written again.
   */
  async refresh(): Promise<boolean> {
    const { refreshAfter, now, store, storedKey } = this.#config;
    const { sessionKey, row } = this.#state;
    if (refreshAfter === undefined || sessionKey === null || !row || row.metadata.startedAt === undefined) return false;
    const data = dictionaryOf(row, this.#config);
    const expireDate = sessionExpiryDate(data, row.metadata.startedAt, now(), this.#config);
    // The row's date was computed in the same way when it was written. So the difference is the time since then.
    if (expireDate.getTime() - row.expireDate.getTime() < refreshAfter * 1000) return false;
    const state = { ...this.#state, sessionKey, row, nextKey: null, pending: [] };
    const write = prepareUpdate({ data, clears: state.clears }, state, this.#config);
    const changes = { expireDate: write.row.expireDate, ...(write.id !== undefined && { data: write.row.data }) };
    try {
      const outcome = await store.update(storedKey(sessionKey), guardOf(row, this.#config), changes);
      if (outcome !== "updated") return false;
    } catch (error) {
      const isRefused = ["rejected", "retryable"].includes(classOf(error, this.#config));
      if (write.id !== undefined && !isRefused) this.#state.pending = [...this.#state.pending, write];
      throw error;
    }
    // Writes on their way are guarded by the data. They can still arrive unless these have changed.
    if (write.id === undefined) this.#state.row = write.row;
    else settle(this.#state, write);
    this.#emit({ type: "refreshed" });
    return true;
  }

  /** Deletes the row of any key, if there is one. */
  destroy(sessionKey: string): Promise<void> {
    return this.#delete(sessionKey, "destroyed");
  }

  /** Deletes the session's row, also under a key that only a failed write may have given it, and forgets the key. */
  async flush(): Promise<void> {
    const { sessionKey, pending } = this.#state;
    // The known key comes first: from then on, no late rotation can match the row.
    const keys = [sessionKey ?? this.#givenKey, ...pending.map((write) => write.sessionKey), ...this.#uncertainKeys];
    for (const key of new Set(keys)) if (key !== null) await this.#delete(key, "flushed");
    this.#uncertainKeys = [];
    this.forget();
  }

  /** From now on, the session has no row. */
  forget(): void {
    this.#givenKey = null;
    this.#uncertainInsert = undefined;
    Object.assign(this.#state, NO_STATE);
  }

  async #update(sessionKey: string, request: SaveRequest): Promise<void> {
    // After a `clear()` before loading. There is no unguarded write.
    if (!this.#state.row && !(await this.#readLive(sessionKey))) throw endedError();
    await new RowUpdate(this.#state as RowState & { sessionKey: string; row: KnownRow }, request, this.#config).run();
  }

  /** Reads the row. An event says why there is no live session in it. */
  async #readLive(sessionKey: string): Promise<Dictionary | undefined> {
    const stored = await this.#find(sessionKey);
    const decoded = stored && decodeRow(stored, this.#config.storedKey(sessionKey), this.#config);
    const problem = this.#problemOf(stored, decoded?.row);
    if (problem) emitFor(sessionKey, problem, this.#config);
    if (problem || !decoded) return undefined;
    this.#state.row = decoded.row;
    return decoded.data;
  }

  #problemOf(stored: StoredRow | undefined, row: KnownRow | undefined): KeyedSessionEvent | undefined {
    if (!stored) return { type: "unknownKey" };
    const now = this.#config.now();
    if (!isLive(stored, now)) return { type: "ended", reason: "expired" };
    if (!row) return { type: "suspicious" };
    const end = absoluteEnd(row.metadata.startedAt ?? now.getTime(), this.#config);
    return end && end <= now ? { type: "ended", reason: "expired" } : undefined;
  }

  /** Sends one INSERT. False if its key is taken. */
  async #isInserted(write: Write): Promise<boolean> {
    const { store, storedKey } = this.#config;
    const { sessionKey, row, columns } = write;
    const { data, expireDate } = row;
    try {
      if (!(await store.insert({ key: storedKey(sessionKey), data, expireDate, ...(columns && { columns }) }))) return false;
    } catch (error) {
      const kind = classOf(error, this.#config);
      if (kind === "unknown" || kind === "fatal") {
        this.#uncertainInsert = write;
        this.#uncertainKeys.push(sessionKey);
      }
      const isAdopted = kind === "unknown" && (await this.#isAdopted(write).catch(() => false));
      if (!isAdopted) throw error;
      return true;
    }
    this.#useInserted(write);
    return true;
  }

  /** Adopts the row of an INSERT that had failed, if it is there, and saves what has changed since. */
  async #adoptInsert(request: SaveRequest): Promise<boolean> {
    const write = this.#uncertainInsert;
    if (!write) return false;
    if (!(await this.#isAdopted(write))) {
      this.#uncertainInsert = undefined;
      return false;
    }
    if (this.isChanged(request.data, request.clears)) await this.#update(write.sessionKey, request);
    return true;
  }

  async #isAdopted(write: Write): Promise<boolean> {
    const stored = await this.#find(write.sessionKey);
    const row = stored && decodeRow(stored, this.#config.storedKey(write.sessionKey), this.#config)?.row;
    const isApplied = fateOfWrites([write.id as string], NO_ROW, row && { ...row, isLive: true }) === "applied";
    if (isApplied) this.#useInserted(write);
    return isApplied;
  }

  #useInserted(write: Write): void {
    this.#uncertainInsert = undefined;
    Object.assign(this.#state, { sessionKey: write.sessionKey, nextKey: null });
    settle(this.#state, write);
    this.#emit({ type: "created" });
  }

  async #delete(sessionKey: string, reason: "destroyed" | "flushed"): Promise<void> {
    const { store, storedKey } = this.#config;
    const isDeleted = await store.delete(storedKey(sessionKey));
    if (isDeleted) emitFor(sessionKey, { type: "ended", reason }, this.#config);
  }

  #find(sessionKey: string): Promise<StoredRow | undefined> {
    return this.#config.store.find(this.#config.storedKey(sessionKey));
  }

  #emit(event: KeyedSessionEvent): void {
    if (this.#state.sessionKey !== null) emitFor(this.#state.sessionKey, event, this.#config);
  }
}
