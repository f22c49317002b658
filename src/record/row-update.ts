import type { SerializedValues } from "../codec/serialize-values.ts";
import { ConflictError } from "../errors.ts";
import { emitFor, type KeyedSessionEvent } from "../events.ts";
import { shortKeyHash } from "../key/session-key.ts";
import { errorClassOf } from "../store/error-class.ts";
import { jitter } from "../store/jitter.ts";
import type { UpdateOutcome } from "../store/session-store.ts";
import { changedKeys, copyKeys } from "./changes.ts";
import { fateIn, findRow, isExpiryThere, isWriteIn } from "./find-row.ts";
import { hiddenKeys } from "./hidden-value.ts";
import { type DecodedRow, guardOf, serialize, valuesOf } from "./known-row.ts";
import { ENDLESS, endedError, keyCollisionError, LOAD_AGAIN, STUCK, UNDECIDED } from "./row-errors.ts";
import { MAX_KEYS } from "./row-insert.ts";
import { doubt, type LiveRowState, rebase, type Write } from "./row-state.ts";
import type { SessionConfig } from "./session-config.ts";
import { changesOf, prepareUpdate, type SaveRequest } from "./write.ts";
import { isInLog } from "./write-log.ts";

const MAX_ATTEMPTS = 100;
/** How often an UPDATE may match nothing although the row reads as unchanged. */
const MAX_UNEXPLAINED = 10;

/**
 * One save of a session that has a row: an UPDATE with a guard (optimistic locking).
 *
 * If the UPDATE matches nothing or its acknowledgement is lost, the row is read again. Its write
 * log says whether it was applied. If another request has changed the row, the changes are merged.
 */
export class RowUpdate {
  /** Shared with the session's record, and kept up to date. */
  readonly #state: LiveRowState;
  readonly #request: SaveRequest;
  readonly #config: SessionConfig;
  /** The keys that this session changed, kept through all merges. */
  readonly #mine = new Set<string>();
  /** The UPDATE to send. `undefined`: it must be prepared from the row as it is known now. */
  #write: Write | undefined;
  /** What an attempt threw whose outcome is still unknown. */
  #error: unknown;
  /** The user may go on changing the dictionary while a save is under way. */
  readonly #values = (): SerializedValues => serialize(this.#request.data, this.#config);
  #attempts = 0;
  #collisions = 0;
  #unexplained = 0;
  #resends = 0;

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
    const { saveQueue, storedKey } = this.#config;
    const { sessionKey, nextKey } = this.#state;
    // While others retry, this session's reading is old: the first attempt would match nothing.
    const isOutdated = nextKey === null && saveQueue.isBusy(storedKey(sessionKey));
    if (!isOutdated && (await this.#sendUpdate())) return;
    // A rotation never waits: an attacker who knows the old key could make it wait for many saves.
    if (nextKey !== null) return this.#retry();
    return saveQueue.run(storedKey(sessionKey), () => this.#retry());
  }

  async #retry(): Promise<void> {
    while (!(await this.#readAgain()) && !(await this.#sendUpdate()));
  }

  /** Sends one UPDATE. True if the database has acknowledged it. */
  async #sendUpdate(): Promise<boolean> {
    const { store, storedKey } = this.#config;
    const state = this.#state;
    this.#attempts++;
    this.#write ??= prepareUpdate(state, this.#request, this.#config);
    const write = this.#write;
    const changes = changesOf(write, state.sessionKey, this.#config);
    let outcome: UpdateOutcome;
    try {
      outcome = await store.update(storedKey(state.sessionKey), guardOf(state.row, this.#config), changes);
    } catch (error) {
      const errorClass = errorClassOf(store, error);
      doubt(state, write, error, errorClass);
      if (errorClass !== "unknown" || write.id === undefined) throw error;
      this.#error = error;
      return false;
    }
    if (outcome === "updated") this.#acknowledge(write);
    return outcome === "taken" ? this.#drawNextKey() : outcome === "updated";
  }

  #drawNextKey(): Promise<boolean> {
    if (++this.#collisions === MAX_KEYS) throw keyCollisionError(MAX_KEYS);
    this.#state.nextKey = this.#config.newKey();
    this.#write = undefined;
    return this.#sendUpdate();
  }

  /** Finds out why the UPDATE was not acknowledged. True if it was applied. */
  async #readAgain(): Promise<boolean> {
    if (this.#attempts >= MAX_ATTEMPTS) throw this.#conflict(`${ENDLESS} ${LOAD_AGAIN}`);
    // Later attempts meet other processes. The wait comes before the reading, because another
    // request can only come first between the reading and the next UPDATE.
    if (this.#attempts > 1) await jitter(this.#attempts);
    const found = await findRow(this.#state, this.#write, this.#config).catch((error: unknown) => {
      throw this.#error ?? error;
    });
    const decoded = found?.decoded;
    // A client may send an UPDATE twice by itself. The answer is then that of the second.
    if (this.#write && isWriteIn(found, this.#write)) doubt(this.#state, this.#write, undefined, "unknown");
    const fate = fateIn(found, this.#state, this.#config);
    if (fate === "applied" && decoded) return this.#adopt(decoded);
    if (fate === "unchanged") {
      if (!isExpiryThere(this.#write, decoded?.row)) return this.#sendAgain();
      this.#acknowledge(this.#write);
      return true;
    }
    if (fate === "superseded" && decoded) return this.#resolveConflict(decoded);
    if (fate === "unknown") throw this.#error ?? this.#conflict(UNDECIDED, this.#state.doubt);
    this.#emit(found && !decoded ? { type: "suspicious" } : { type: "ended", reason: found ? "expired" : "gone" });
    throw endedError();
  }

  /** A write in doubt is in the row. Later writes of other requests are merged into the session. */
  #adopt(found: DecodedRow): boolean {
    const applied = this.#state.inDoubt.find(({ id }) => isInLog(id, found.row.metadata)) as Write;
    const isThisWrite = applied.id === this.#write?.id;
    // Only what has changed since that write is still to be saved. The rest is in the row.
    const mine = new Set(changedKeys(valuesOf(applied.row, this.#config), this.#values()));
    this.#acknowledge({ ...applied, row: found.row });
    this.#write = undefined;
    this.#error = undefined;
    // A `clear()` after that write still has to replace all.
    if (this.#request.clears <= this.#state.clears) this.#merge(found, mine);
    return isThisWrite;
  }

  /** The row is as the UPDATE expects it. */
  #sendAgain(): false {
    if (this.#error !== undefined && ++this.#resends > 1) throw this.#error;
    const isUnexplained = this.#error === undefined && this.#write !== undefined;
    if (isUnexplained && ++this.#unexplained === MAX_UNEXPLAINED) throw this.#conflict(STUCK);
    return false;
  }

  /** Another request has changed the row. The next UPDATE is based on what it wrote. */
  #resolveConflict(found: DecodedRow): false {
    const { onConflict } = this.#config;
    const attempt = Math.max(1, this.#attempts);
    this.#write = undefined;
    this.#error = undefined;
    this.#resends = 0;
    for (const key of changedKeys(valuesOf(this.#state.row, this.#config), this.#values())) this.#mine.add(key);
    const isChanged = this.#mine.size > 0 || this.#request.signIn !== undefined;
    const isCleared = this.#request.clears > this.#state.clears;
    if (isCleared || (onConflict === "overwrite" && isChanged)) {
      this.#emit({ type: "overwritten", attempt });
      // Hidden values are not this session's data.
      copyKeys(hiddenKeys(this.#request.data), found.data, this.#request.data);
    } else {
      if (onConflict === "error" && isChanged) throw this.#conflict(`Another request changed it. ${LOAD_AGAIN}`);
      const isMerged = this.#merge(found, this.#mine);
      if (isMerged && isChanged) this.#emit({ type: "merged", attempt });
    }
    rebase(this.#state, found.row);
    return false;
  }

  /** Takes over what other requests wrote, except for this session's own changes. */
  #merge({ row, data }: DecodedRow, mine: ReadonlySet<string>): boolean {
    // Equal values stay the same objects, because the user may hold one and change it later.
    const theirs = changedKeys(this.#values(), valuesOf(row, this.#config)).filter((key) => !mine.has(key));
    copyKeys(theirs, data, this.#request.data);
    return theirs.length > 0;
  }

  #acknowledge(write: Write): void {
    const state = this.#state;
    const previousKey = state.sessionKey;
    rebase(state, write.row, write.clears);
    if (write.sessionKey === previousKey) {
      this.#emit({ type: "saved" });
    } else {
      Object.assign(state, { sessionKey: write.sessionKey, nextKey: null });
      this.#emit({ type: "rotated", previousKeyHash: shortKeyHash(this.#config.storedKey(previousKey)) });
    }
  }

  #emit(event: KeyedSessionEvent): void {
    emitFor(this.#state.sessionKey, event, this.#config);
  }

  #conflict(reason: string, cause?: unknown): ConflictError {
    this.#emit({ type: "conflict", attempt: Math.max(1, this.#attempts) });
    return new ConflictError(`The session was not saved. ${reason}`, cause === undefined ? {} : { cause });
  }
}
