import { type SerializedValues, serializeValues } from "../codec/serialize-values.ts";
import { ConflictError, UpdateError } from "../errors.ts";
import { emitFor, type KeyedSessionEvent } from "../events.ts";
import { jitter } from "../jitter.ts";
import { shortKeyHash } from "../key.ts";
import type { UpdateOutcome } from "../store/session-store.ts";
import { changedKeys, copyKeys } from "./changes.ts";
import { isLive } from "./expiry.ts";
import { type DecodedRow, decodeRow, guardOf, type KnownRow, valuesOf } from "./known-row.ts";
import { keyCollisionError, MAX_KEYS } from "./new-key.ts";
import { addPending, classOf, isInDoubt, type LiveRowState, rebase, type Write } from "./row-state.ts";
import type { SessionConfig } from "./session-config.ts";
import { changesOf, prepareUpdate, type SaveRequest } from "./write.ts";
import { fateOfWrites, isInLog, type WriteFate } from "./write-log.ts";

const MAX_ATTEMPTS = 100;
/** How often an update may match nothing although the row reads as unchanged, before something else must be wrong. */
const MAX_UNEXPLAINED = 10;

/** A row that was read again. It is under another key if a rotation was applied without an acknowledgement. */
interface FoundRow {
  readonly sessionKey: string;
  /** `undefined` if the data do not verify. */
  readonly decoded: DecodedRow | undefined;
}

/**
 * One save of a session that has a row. An UPDATE is guarded by what was read (optimistic locking). If it matches
 * nothing, the row is read again, this session's changes are merged into it, and the next UPDATE is sent.
 */
export class RowUpdate {
  readonly #state: LiveRowState;
  readonly #request: SaveRequest;
  readonly #config: SessionConfig;
  /** The keys that this session changed, kept through all merges. */
  readonly #mine = new Set<string>();
  #write: Write | undefined;
  /** What the last attempt threw, if its outcome is unknown. */
  #error: unknown;
  #attempts = 0;
  #collisions = 0;
  #unexplained = 0;
  #isResent = false;

  constructor(state: LiveRowState, request: SaveRequest, config: SessionConfig) {
    this.#state = state;
    this.#request = request;
    this.#config = config;
  }

  /**
   * @throws UpdateError if the row is gone
   * @throws ConflictError if merging is not allowed, or does not come to an end
   * @throws CreateError if no new key was free
   */
  async run(): Promise<void> {
    const { contended, storedKey } = this.#config;
    const { sessionKey, nextKey } = this.#state;
    // A rotation never waits: an attacker who knows the old key could make it wait for many saves.
    if (nextKey !== null) return (await this.#isApplied()) ? undefined : this.#retryUntilApplied();
    const key = storedKey(sessionKey);
    // While others conflict over the row, this session's reading is old: the first attempt is skipped.
    if (contended.isBusy(key)) this.#attempts = 1;
    else if (await this.#isApplied()) return;
    return contended.run(key, () => this.#retryUntilApplied());
  }

  async #retryUntilApplied(): Promise<void> {
    while (!(await this.#isResolved()) && !(await this.#isApplied()));
  }

  /** Sends one UPDATE. True if the database has acknowledged it. */
  async #isApplied(): Promise<boolean> {
    const { store, storedKey } = this.#config;
    const state = this.#state;
    this.#attempts++;
    this.#error = undefined;
    this.#write ??= prepareUpdate(this.#request, state, this.#config);
    const write = this.#write;
    const changes = changesOf(write, state.sessionKey, this.#config);
    let outcome: UpdateOutcome;
    try {
      outcome = await store.update(storedKey(state.sessionKey), guardOf(state.row, this.#config), changes);
    } catch (error) {
      // Twice the same expiry is the same as once, so only a write of data is in doubt.
      if (write.id === undefined || !isInDoubt(error, this.#config)) throw error;
      addPending(state, write, error);
      if (classOf(error, this.#config) === "fatal") throw error;
      this.#error = error;
      return false;
    }
    if (outcome === "taken") return this.#isAppliedUnderOtherKey();
    if (outcome === "updated") this.#acknowledge(write);
    return outcome === "updated";
  }

  #isAppliedUnderOtherKey(): Promise<boolean> {
    if (++this.#collisions === MAX_KEYS) throw keyCollisionError(MAX_KEYS);
    this.#state.nextKey = this.#config.newKey();
    this.#write = undefined;
    return this.#isApplied();
  }

  /** Reads the row after an UPDATE that was not acknowledged. True if the row already contains this write. */
  async #isResolved(): Promise<boolean> {
    if (this.#attempts >= MAX_ATTEMPTS) throw this.#conflict(`Other requests kept changing it. ${LOAD_AGAIN}`);
    // Later attempts meet other processes. The wait comes before the reading, because another request can only come
    // first between the reading and the next UPDATE.
    if (this.#attempts > 1) await jitter(this.#attempts);
    const found = await this.#reread().catch((error: unknown) => {
      throw this.#error ?? error;
    });
    const decoded = found?.decoded as DecodedRow;
    switch (this.#fateIn(found)) {
      case "applied":
        return this.#adopt(decoded);
      case "pending":
        if (this.#isExpiryThere(decoded.row)) return true;
        this.#sendAgain();
        return false;
      case "superseded":
        this.#resolveConflict(decoded);
        return false;
      case "unknown":
        throw this.#error ?? this.#conflict(UNDECIDED, this.#state.pendingError);
      case "gone":
        if (found && !decoded) this.#emit({ type: "suspicious" });
        else this.#emit({ type: "ended", reason: found ? "expired" : "gone" });
        throw endedError();
    }
  }

  async #reread(): Promise<FoundRow | undefined> {
    const { store, storedKey } = this.#config;
    const { sessionKey, pending } = this.#state;
    for (const key of new Set([sessionKey, ...pending.map((write) => write.sessionKey)])) {
      const stored = await store.find(storedKey(key));
      if (stored) return { sessionKey: key, decoded: decodeRow(stored, storedKey(key), this.#config) };
    }
    return undefined;
  }

  #fateIn(found: FoundRow | undefined): WriteFate {
    const { sessionKey, row, pending } = this.#state;
    // A row that is still under its old key was not rotated. So only the other writes are looked for in it.
    const ids = pending.filter((write) => write.sessionKey === found?.sessionKey).flatMap(({ id }) => id ?? []);
    if (found && !found.decoded) return ids.length > 0 ? "unknown" : "gone";
    const now = found?.decoded?.row;
    const fate = fateOfWrites(ids, row, now && { ...now, isLive: isLive(now, this.#config.now()) });
    return found && found.sessionKey !== sessionKey && fate !== "applied" ? "gone" : fate;
  }

  /** A write of unknown outcome is in the row. What other requests wrote after it is merged into this session. */
  #adopt(found: DecodedRow): boolean {
    const { pending } = this.#state;
    const applied = pending.find(({ id }) => isInLog(id, found.row.metadata)) as Write;
    const isThisWrite = applied === this.#write;
    this.#acknowledge({ ...applied, row: found.row });
    this.#write = undefined;
    // A `clear()` after that write still has to replace all.
    const isCleared = this.#request.clears > this.#state.clears;
    if (!isCleared) this.#merge(found, new Set(changedKeys(valuesOf(applied.row, this.#config), this.#values())));
    return isThisWrite;
  }

  /** Some drivers of MySQL count only rows whose values changed. So a write of the same expiry matches nothing. */
  #isExpiryThere(now: KnownRow): boolean {
    const write = this.#write;
    if (!write || write.id !== undefined || write.row.expireDate.getTime() !== now.expireDate.getTime()) return false;
    this.#acknowledge(write);
    return true;
  }

  /** The row is as this write expects it. */
  #sendAgain(): void {
    if (this.#error !== undefined && this.#isResent) throw this.#error;
    if (this.#error !== undefined) this.#isResent = true;
    else if (this.#write && ++this.#unexplained === MAX_UNEXPLAINED) throw this.#conflict(STUCK);
  }

  /** Another request has changed the row. */
  #resolveConflict(found: DecodedRow): void {
    const { onConflict } = this.#config;
    const state = this.#state;
    const attempt = this.#attempts;
    this.#write = undefined;
    this.#isResent = false;
    for (const key of changedKeys(valuesOf(state.row, this.#config), this.#values())) this.#mine.add(key);
    const isChanged = this.#mine.size > 0;
    const isCleared = this.#request.clears > state.clears;
    if (isCleared || (onConflict === "overwrite" && isChanged)) {
      this.#emit({ type: "overwritten", attempt });
    } else {
      if (onConflict === "error" && isChanged) throw this.#conflict(`Another request changed it. ${LOAD_AGAIN}`);
      const isMerged = this.#merge(found, this.#mine);
      if (isMerged && isChanged) this.#emit({ type: "merged", attempt });
    }
    rebase(state, found.row);
  }

  /** Takes over what other requests wrote, except for this session's own changes. */
  #merge({ row, data }: DecodedRow, mine: ReadonlySet<string>): boolean {
    // Values that are equal stay the same objects, because the user may hold on to one and change it later.
    const theirs = changedKeys(this.#values(), valuesOf(row, this.#config)).filter((key) => !mine.has(key));
    copyKeys(theirs, data, this.#request.data);
    return theirs.length > 0;
  }

  #acknowledge(write: Write): void {
    const state = this.#state;
    rebase(state, write.row, write);
    const previousKey = state.sessionKey;
    if (write.sessionKey === previousKey) {
      this.#emit({ type: "saved" });
    } else {
      Object.assign(state, { sessionKey: write.sessionKey, nextKey: null });
      this.#emit({ type: "rotated", previousKeyHash: shortKeyHash(this.#config.storedKey(previousKey)) });
    }
  }

  /** The user may go on changing the dictionary while a save is under way. */
  #values(): SerializedValues {
    return serializeValues(this.#request.data, this.#config.serializer);
  }

  #emit(event: KeyedSessionEvent): void {
    emitFor(this.#state.sessionKey, event, this.#config);
  }

  #conflict(reason: string, cause?: unknown): ConflictError {
    this.#emit({ type: "conflict", attempt: this.#attempts });
    return new ConflictError(`The session was not saved. ${reason}`, cause === undefined ? {} : { cause });
  }
}

export const endedError = () =>
  new UpdateError(
    "The session no longer exists. It was signed out, expired or got a new key from another request. " +
      "Let the user sign in again.",
  );

const LOAD_AGAIN = "Load it again and repeat the change.";

const STUCK =
  "Its row reads as unchanged, but no UPDATE matches it. A transaction that reads from a snapshot (the default of " +
  "MySQL) does not see what another request wrote: use READ COMMITTED. A client extension that encrypts or caches " +
  "the data gives back another text than it wrote: exclude the session table from it.";

const UNDECIDED =
  "Cannot tell whether an earlier write was applied, because the row has changed too much since. " +
  "Open it again with `sessions.load(session.sessionKey)`, and repeat the change if it is missing.";
