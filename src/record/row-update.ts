import { ConflictError, UpdateError } from "../errors.ts";
import { jitter } from "../jitter.ts";
import type { StoredRow, UpdateOutcome } from "../store/session-store.ts";
import { changedKeys, copyKeys, type SerializedValues } from "./changes.ts";
import { isLive } from "./expiry.ts";
import { type DecodedRow, decodeRow, guardOf, type KnownRow, valuesOf } from "./known-row.ts";
import { keyCollisionError, MAX_KEYS } from "./new-key.ts";
import { classOf, type RowState, settle } from "./row-state.ts";
import { serializeValues } from "./serialize-values.ts";
import type { SessionConfig } from "./session-config.ts";
import { emitFor, type KeyedSessionEvent, keyHash } from "./session-events.ts";
import { prepareUpdate, type SaveRequest, type Write } from "./write.ts";
import { fateOfWrites, type WriteFate } from "./write-log.ts";

const MAX_ATTEMPTS = 100;
/** How often an update may match nothing although the row reads as unchanged, before something else must be wrong. */
const MAX_UNEXPLAINED = 10;

/** A row under the key that it was found under. */
interface FoundRow {
  readonly sessionKey: string;
  readonly stored: StoredRow;
}

/**
 * One save of a session that has a row. An UPDATE is guarded by what was read (optimistic locking). If it matches
 * nothing, the row is read again, this session's changes are merged into it, and the next UPDATE is sent.
 */
export class RowUpdate {
  readonly #state: RowState & { sessionKey: string; row: KnownRow };
  readonly #request: SaveRequest;
  readonly #config: SessionConfig;
  readonly #previousKey: string;
  /** The keys that this session changed, kept through all merges. */
  readonly #mine = new Set<string>();
  #write: Write | undefined;
  /** What the last attempt threw, if its outcome is unknown. */
  #error: unknown;
  #attempts = 0;
  #collisions = 0;
  #unexplained = 0;
  #isResent = false;

  constructor(state: RowState & { sessionKey: string; row: KnownRow }, request: SaveRequest, config: SessionConfig) {
    this.#state = state;
    this.#request = request;
    this.#config = config;
    this.#previousKey = state.sessionKey;
  }

  /**
   * @throws UpdateError if the row is gone
   * @throws ConflictError if merging is not allowed, or does not come to an end
   * @throws CreateError if no new key was free
   */
  async run(): Promise<void> {
    const { contended, storedKey } = this.#config;
    const key = storedKey(this.#previousKey);
    // A rotation never waits: an attacker who knows the old key could make it wait for many saves.
    const takesTurns = this.#state.nextKey === null;
    // While others conflict over the row, the UPDATE would match nothing: that attempt is skipped.
    if (takesTurns && contended.isBusy(key)) this.#attempts = 1;
    else if (await this.#isApplied()) return;
    if (!takesTurns) return this.#rereadUntilApplied();
    return contended.run(key, () => this.#rereadUntilApplied());
  }

  async #rereadUntilApplied(): Promise<void> {
    do {
      if (await this.#resolve()) return;
    } while (!(await this.#isApplied()));
  }

  /** Sends one UPDATE. True if the database has acknowledged it. */
  async #isApplied(): Promise<boolean> {
    const state = this.#state;
    this.#attempts++;
    this.#write ??= prepareUpdate(this.#request, state, this.#config);
    const outcome = await this.#send(this.#write);
    if (outcome === "updated") {
      this.#acknowledge(this.#write);
      return true;
    }
    if (outcome === "taken") {
      if (++this.#collisions === MAX_KEYS) throw keyCollisionError(MAX_KEYS);
      state.nextKey = this.#config.newKey();
      this.#write = undefined;
      return this.#isApplied();
    }
    return false;
  }

  /** @returns `undefined` if the outcome is unknown */
  async #send(write: Write): Promise<UpdateOutcome | undefined> {
    const { store, storedKey } = this.#config;
    const { sessionKey, row } = this.#state;
    this.#error = undefined;
    try {
      return await store.update(storedKey(sessionKey), guardOf(row, this.#config), {
        ...(write.sessionKey !== sessionKey && { key: storedKey(write.sessionKey) }),
        ...(write.id !== undefined && { data: write.row.data }),
        expireDate: write.row.expireDate,
        ...(write.columns && { columns: write.columns }),
      });
    } catch (error) {
      const kind = classOf(error, this.#config);
      const isInDoubt = write.id !== undefined && (kind === "unknown" || kind === "fatal");
      if (isInDoubt) this.#addPending(write, error);
      if (!isInDoubt || kind === "fatal") throw error;
      this.#error = error;
      return undefined;
    }
  }

  #addPending(write: Write, error: unknown): void {
    const { pending } = this.#state;
    if (!pending.includes(write)) this.#state.pending = [...pending, write];
    this.#state.pendingError = error;
  }

  /** Reads the row after an UPDATE that was not acknowledged. True if the row already contains this write. */
  async #resolve(): Promise<boolean> {
    if (this.#attempts >= MAX_ATTEMPTS) throw this.#conflict("Other requests kept changing it.");
    const found = await this.#reread();
    const decoded = found && decodeRow(found.stored, this.#config.storedKey(found.sessionKey), this.#config);
    if (found && !decoded) throw this.#unreadable();
    switch (this.#fateIn(found, decoded)) {
      case "gone":
        this.#emit({ type: "ended", reason: decoded ? "expired" : "gone" });
        throw endedError();
      case "unknown":
        throw this.#undecided();
      case "pending":
        return this.#isUnchanged((decoded as DecodedRow).row);
      case "applied":
        return this.#adopt(decoded as DecodedRow);
      case "superseded":
        this.#resolveConflict(decoded as DecodedRow);
        return false;
    }
  }

  #fateIn(found: FoundRow | undefined, decoded: DecodedRow | undefined): WriteFate {
    const { sessionKey, row, pending } = this.#state;
    // A row that is still under its old key was not rotated. So only the other writes are looked for in it.
    const writes = pending.filter((write) => write.sessionKey === found?.sessionKey);
    const ids = writes.flatMap(({ id }) => id ?? []);
    const now = decoded && { ...decoded.row, isLive: isLive(decoded.row, this.#config.now()) };
    const fate = fateOfWrites(ids, row, now);
    const isUnderOtherKey = found !== undefined && found.sessionKey !== sessionKey;
    return isUnderOtherKey && fate !== "applied" ? "gone" : fate;
  }

  /** The row, under its key or under that of a rotation whose outcome is unknown. */
  async #reread(): Promise<FoundRow | undefined> {
    // Later attempts meet other processes. The wait comes before the reading, because another request can only come
    // first between the reading and the next UPDATE.
    if (this.#attempts > 1) await jitter(this.#attempts);
    try {
      const { sessionKey, pending } = this.#state;
      const keys = new Set([sessionKey, ...pending.map((write) => write.sessionKey)]);
      for (const key of keys) {
        const stored = await this.#config.store.find(this.#config.storedKey(key));
        if (stored) return { sessionKey: key, stored };
      }
      return undefined;
    } catch (error) {
      throw this.#error ?? error;
    }
  }

  /** The row is as this write expects it. False: the write is to be sent again. */
  #isUnchanged(found: KnownRow): boolean {
    const write = this.#write;
    if (!write) return false;
    if (this.#error !== undefined) {
      if (this.#isResent) throw this.#error;
      this.#isResent = true;
      return false;
    }
    // MySQL may count a row as unmatched if it already has these values.
    if (write.id === undefined && found.expireDate.getTime() === write.row.expireDate.getTime()) {
      this.#acknowledge(write);
      return true;
    }
    if (++this.#unexplained === MAX_UNEXPLAINED) throw this.#conflict(STUCK);
    return false;
  }

  /** A write of unknown outcome is in the row. What other requests wrote after it is merged into this session. */
  #adopt(found: DecodedRow): boolean {
    const { pending } = this.#state;
    const applied = pending.find(({ id }) => id !== undefined && found.row.metadata.ids.includes(id)) as Write;
    this.#acknowledge(applied, found.row);
    const isClearedSince = this.#request.clears > this.#state.clears;
    if (!isClearedSince) this.#merge(found, new Set(changedKeys(applied.row.values ?? new Map(), this.#values())));
    const isThisWrite = applied === this.#write;
    this.#write = undefined;
    return isThisWrite;
  }

  /** Another request has changed the row. */
  #resolveConflict(found: DecodedRow): void {
    const { onConflict } = this.#config;
    const state = this.#state;
    this.#write = undefined;
    this.#isResent = false;
    for (const key of changedKeys(valuesOf(state.row, this.#config), this.#values())) this.#mine.add(key);
    const isCleared = this.#request.clears > state.clears;
    const isChanged = this.#mine.size > 0;
    if (isCleared || (onConflict === "overwrite" && isChanged)) {
      this.#emit({ type: "overwritten", attempt: this.#attempts });
    } else {
      if (onConflict === "error" && isChanged) throw this.#conflict("Another request changed it.");
      const mergedKeys = this.#merge(found, this.#mine);
      if (isChanged && mergedKeys.length > 0) this.#emit({ type: "merged", attempt: this.#attempts });
    }
    Object.assign(state, { row: found.row, pending: [], pendingError: undefined });
  }

  /** Takes over what another request wrote, except for this session's own changes. */
  #merge({ row, data }: DecodedRow, mine: ReadonlySet<string>): string[] {
    // Values that are equal stay the same objects, because the user may hold on to one and change it later.
    const theirs = changedKeys(this.#values(), valuesOf(row, this.#config)).filter((key) => !mine.has(key));
    copyKeys(theirs, data, this.#request.data);
    return theirs;
  }

  /** @param row The row as it is now, if it was read again */
  #acknowledge(write: Write, row?: KnownRow): void {
    const state = this.#state;
    const { sessionKey } = write;
    settle(state, write, row);
    if (sessionKey === state.sessionKey) return this.#emit({ type: "saved" });
    const previousKeyHash = keyHash(state.sessionKey, this.#config);
    state.sessionKey = sessionKey;
    state.nextKey = null;
    this.#emit({ type: "rotated", previousKeyHash });
  }

  /** The user may go on changing the dictionary while a save is under way. */
  #values(): SerializedValues {
    return serializeValues(this.#request.data, this.#config.serializer);
  }

  #emit(event: KeyedSessionEvent): void {
    emitFor(this.#state.sessionKey, event, this.#config);
  }

  #unreadable(): unknown {
    if (this.#state.pending.length > 0) return this.#undecided();
    this.#emit({ type: "suspicious" });
    return endedError();
  }

  /** What the attempt threw, or the same for a write of an earlier call. */
  #undecided(): unknown {
    if (this.#error !== undefined) return this.#error;
    const cause = this.#state.pendingError;
    this.#emit({ type: "conflict", attempt: this.#attempts });
    return new ConflictError(UNDECIDED, { cause });
  }

  #conflict(reason: string): ConflictError {
    this.#emit({ type: "conflict", attempt: this.#attempts });
    return new ConflictError(`The session was not saved. ${reason} Load it again and repeat the change.`);
  }
}

const STUCK =
  "Its row reads as unchanged, but no UPDATE matches it. A transaction that reads from a snapshot (the default of " +
  "MySQL) does not see what another request wrote: use READ COMMITTED. A client extension that encrypts or caches " +
  "the data gives back another text than it wrote: exclude the session table from it.";

export const endedError = () =>
  new UpdateError(
    "The session no longer exists. It was signed out, expired or got a new key from another request. " +
      "Let the user sign in again.",
  );

const UNDECIDED =
  "Cannot tell whether an earlier write of this session was applied, because the row has changed too much since. " +
  "Open it again with `sessions.load(session.sessionKey)`, and repeat the change if it is missing.";
