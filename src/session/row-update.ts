import { ConflictError, UpdateError } from "../errors.ts";
import { jitter } from "../jitter.ts";
import { carryOut, type Statement } from "../store/carry-out.ts";
import { copyKeys, differingKeys, type Texts } from "./changes.ts";
import type { CookieMover } from "./cookie-mover.ts";
import { isLive } from "./expiry.ts";
import { allKeysTaken, MAX_KEYS } from "./new-key.ts";
import type { OpenWrites } from "./open-writes.ts";
import { CREATED } from "./reserved.ts";
import { type Outcome, RowAttempt, type UpdateOptions } from "./row-attempt.ts";
import { type Decoded, decodeRow, type KnownRow, type StoredRow } from "./row-data.ts";
import { serialize } from "./serializable.ts";
import type { SessionConfig } from "./session-config.ts";
import { emitFor, keyHash } from "./session-events.ts";

const MAX_ATTEMPTS = 100;
/** How often an UPDATE may match nothing although its row is live and as it was read, before something else must be wrong. */
const MAX_UNEXPLAINED = 10;

const STUCK =
  "Its row reads as unchanged, but no UPDATE matches it. In a transaction that reads from a snapshot (the default of MySQL), " +
  "another request may have changed it: use READ COMMITTED. Otherwise check how the table stores dates.";

/**
 * The update of one row: an UPDATE that is guarded by what was read, and, when another request was faster, what that one wrote with this
 * one's changes on top, and another UPDATE.
 */
export class RowUpdate {
  /** The row as it was last read or written; undefined when it never was, after a clear() before loading. */
  row: KnownRow | undefined;
  /** The session key of the row: another one where a cycleKey() of an earlier call has arrived unheard. */
  sessionKey: string;
  /** The last attempt. */
  #attempt!: RowAttempt;
  #unexplained = 0;
  /** The row after an attempt that failed, but was carried out, and that another request has built upon. */
  #builtUpon: Decoded | undefined;
  /**
   * The keys that this request changed since the session was read, also those which are by now as they were then: another request may have
   * written the same value meanwhile, or the user have set them back, which an UPDATE on its way does not know.
   */
  readonly #notedChanges: Iterable<string>[] = [];
  readonly #followsOpen: boolean;
  /** The session key as it was before, which events have named. */
  readonly #knownKey: string;
  readonly #open: OpenWrites;
  readonly #data: Map<string, unknown>;
  readonly #options: UpdateOptions;
  readonly #config: SessionConfig;

  /**
   * @param data what the row is to hold; what others wrote is merged into it in place
   * @param open those of earlier calls; another one is added here
   */
  constructor(
    sessionKey: string,
    row: KnownRow | undefined,
    data: Map<string, unknown>,
    open: OpenWrites,
    options: UpdateOptions,
    config: SessionConfig,
  ) {
    this.row = row;
    this.#open = open;
    this.#followsOpen = !open.isEmpty;
    if (this.#followsOpen) this.#notedChanges.push([...open.changedKeys]);
    this.#knownKey = sessionKey;
    this.sessionKey = sessionKey;
    this.#data = data;
    this.#options = options;
    this.#config = config;
  }

  /**
   * @throws UpdateError when the row is gone
   * @throws ConflictError when merging is not wanted, not possible or does not come to an end
   * @throws CreateError when no new key was free
   */
  async run(cookie: CookieMover): Promise<void> {
    // It would be guarded by nothing.
    if (!this.row && this.#mustNotRepeat && this.#open.isHidden(this.#texts(), undefined)) throw this.#open.error;
    const outcome = await this.#try(cookie);
    if (outcome === "matched") return this.#written(cookie);
    // A new key ends those that it overtakes. It waits for nobody, since whoever knows the old key could make many wait.
    if (this.#options.rekey) return this.#settle(outcome, cookie);
    const { contended, storedKey } = this.#config;
    return contended.run(storedKey(this.sessionKey), () => this.#settle(outcome, cookie));
  }

  /** Brings together what the last attempt met and what this request wants, and attempts again, until one matches. */
  async #settle(first: Outcome, cookie: CookieMover): Promise<void> {
    let outcome = first;
    let taken = 0;
    for (let tried = 1; outcome !== "matched"; tried++) {
      if (outcome === "taken") {
        if (++taken === MAX_KEYS) throw allKeysTaken(taken);
      } else {
        const row = (outcome === "unmatched" ? await this.#reread(tried) : outcome.found) ?? (await this.#moved());
        if (this.#reconcile(row, tried)) break;
      }
      if (tried === MAX_ATTEMPTS) throw this.#conflict(tried, "It kept changing while this request tried to save it.");
      outcome = await this.#try(cookie);
    }
    return this.#written(cookie);
  }

  #try(cookie: CookieMover): Promise<Outcome> {
    return carryOut(this.#config.store, () => this.#next(cookie));
  }

  #next(cookie: CookieMover): Statement<Outcome> {
    const data = this.#data;
    const followsOpen = this.#followsOpen;
    const state = { sessionKey: this.sessionKey, row: this.row, data, texts: this.#texts(), followsOpen };
    const attempt = new RowAttempt(state, this.#options, this.#config);
    cookie.move({ sessionKey: attempt.sessionKey, data, expireDate: attempt.expireDate });
    this.#attempt = attempt;
    this.#notedChanges.push(attempt.changedKeys);
    return {
      send: () => attempt.send(),
      look: () => this.#look(attempt),
      onOpen: (error) => this.#open.add(attempt.openWrite(this.#changedKeys), error),
    };
  }

  /** What became of an attempt that failed; undefined: nobody can tell. */
  async #look(attempt: RowAttempt): Promise<Outcome | undefined> {
    const outcome = await attempt.look();
    if (typeof outcome !== "object" || !outcome.found) return outcome;
    const keys = this.#changedKeys;
    // After one of an earlier call, which has arrived, this one has certainly not.
    if (attempt.isRepeatable(keys) || this.#open.hasWritten(outcome.found)) return outcome;
    const theirs = this.#decode(outcome.found);
    return theirs && attempt.isBuiltUponIn(theirs.row.texts, keys) ? this.#buildUpon(theirs, attempt) : undefined;
  }

  /** The row as it is after an UPDATE that matched none. */
  async #reread(tried: number): Promise<StoredRow | undefined> {
    // From the second time on those in the way are other processes. The wait comes before the reading: between the reading and the next
    // UPDATE is when they can come first again.
    if (tried > 1) await jitter(tried);
    return this.#find(this.sessionKey);
  }

  /** The row under a key that a cycleKey() of an earlier call has given it unheard: only for who knows of that, as a flush() could not. */
  async #moved(): Promise<StoredRow | undefined> {
    if (this.#mustNotRepeat) return undefined;
    for (const sessionKey of this.#open.movedTo) {
      const row = await this.#find(sessionKey);
      if (!row) continue;
      this.sessionKey = sessionKey;
      return row;
    }
    return undefined;
  }

  #find(sessionKey: string): Promise<StoredRow | undefined> {
    const { store, storedKey } = this.#config;
    return carryOut(store, () => ({ send: () => store.find(storedKey(sessionKey)), isRepeatable: true }));
  }

  /** Finds out why an UPDATE matched no row, and merges what another request wrote. True: the row is what the attempt wanted. */
  #reconcile(row: StoredRow | undefined, tried: number): boolean {
    const { onConflict, now } = this.#config;
    const { replacesAll } = this.#options;
    if (!row || !isLive(row, now())) {
      this.#emit({ type: "ended", reason: row ? "expired" : "gone" });
      throw new UpdateError(
        "The session was ended, has expired or has got another key since it was read. Call `flush()` and let the user sign in again.",
      );
    }
    if (this.#attempt.isWritten(row)) return true;
    if (row.data === this.row?.data && ++this.#unexplained === MAX_UNEXPLAINED) throw this.#conflict(tried, STUCK);
    const theirs = this.#decode(row);
    const mine = this.#mine();
    const overwrites = replacesAll || (onConflict === "overwrite" && mine.size > 0);
    if (theirs && this.#open.hasWritten(row)) {
      this.row = theirs.row;
      return false;
    }
    if (this.#mustNotRepeat && this.#open.isHidden(this.#texts(), overwrites ? undefined : theirs?.row.texts)) {
      throw this.#open.error;
    }
    if (overwrites) this.#overwrite(row, theirs, tried);
    else this.#merge(theirs, mine, tried);
    return false;
  }

  /** Whether a write has failed since the caller decided to write: what that one may have done is not to be made again. */
  get #mustNotRepeat(): boolean {
    return this.#open.count > this.#options.knownFailures;
  }

  #overwrite(found: StoredRow, theirs: Decoded | undefined, tried: number): void {
    if (found.data !== this.row?.data) this.#emit({ type: "overwritten", attempt: tried });
    if (!theirs) this.#emit({ type: "suspicious" });
    this.row = theirs?.row ?? { ...found, texts: new Map() };
  }

  /** @param mine the rest is taken from the row */
  #merge(theirs: Decoded | undefined, mine: ReadonlySet<string>, tried: number): void {
    if (this.#config.onConflict === "error" && mine.size > 0) {
      throw this.#conflict(tried, "Another request changed it since it was read.");
    }
    if (!theirs) {
      this.#emit({ type: "suspicious" });
      throw this.#conflict(tried, "What is in its row now does not verify.");
    }
    const theirKeys = this.#takeOver(theirs, mine);
    if (mine.size > 0 && theirKeys.length > 0) this.#emit({ type: "merged", attempt: tried });
    this.row = theirs.row;
  }

  /** The attempt is in the row, and so done; what others wrote after it stays, and what the user changed since counts for the next save. */
  #buildUpon(theirs: Decoded, { texts }: RowAttempt): "matched" {
    this.#takeOver(theirs, new Set(differingKeys(texts, this.#texts())));
    this.#builtUpon = theirs;
    return "matched";
  }

  /** Brings what others wrote into the data, but for the keys that are mine. */
  #takeOver(theirs: Decoded, mine: ReadonlySet<string>): string[] {
    // Only what differs is touched: the user may hold on to a value of the rest, and change it later.
    const isTheirs = (key: string) => !mine.has(key) && (key !== CREATED || theirs.data.has(key));
    const theirKeys = differingKeys(this.#texts(), theirs.row.texts).filter(isTheirs);
    copyKeys(theirKeys, theirs.data, this.#data);
    return theirKeys;
  }

  #written(cookie: CookieMover): void {
    const attempt = this.#attempt;
    const { sessionKey } = attempt;
    if (this.#builtUpon) {
      const { data, row } = this.#builtUpon;
      cookie.move({ sessionKey, data, expireDate: row.expireDate });
    }
    this.row = this.#builtUpon?.row ?? attempt.row;
    this.sessionKey = sessionKey;
    if (sessionKey === this.#knownKey) this.#emit({ type: "saved" });
    else {
      const previousKeyHash = keyHash(this.#knownKey, this.#config);
      emitFor(sessionKey, { type: "rotated", previousKeyHash }, this.#config);
    }
  }

  /** With what was changed while the last attempt was on its way. */
  #mine(): ReadonlySet<string> {
    this.#notedChanges.push(differingKeys(this.row?.texts ?? new Map(), this.#texts()));
    return this.#changedKeys;
  }

  /** Put together only when it is asked for: a save that meets nobody has no use for it. */
  get #changedKeys(): ReadonlySet<string> {
    const keys = new Set<string>();
    for (const noted of this.#notedChanges) for (const key of noted) keys.add(key);
    // When the session began is noted at its first reading since that is asked for, which is nobody's change.
    keys.delete(CREATED);
    return keys;
  }

  /** Of the data as they are now: the user may go on changing them while a save is under way. */
  #texts(): Texts {
    return serialize(this.#data, this.#config.serializer, this.row?.texts);
  }

  #decode(row: StoredRow) {
    return decodeRow(row, this.sessionKey, this.#config);
  }

  #emit(event: Parameters<typeof emitFor>[1]): void {
    emitFor(this.sessionKey, event, this.#config);
  }

  #conflict(attempt: number, what: string): ConflictError {
    this.#emit({ type: "conflict", attempt });
    return new ConflictError(`The session was not saved. ${what} Load it anew and repeat the change.`);
  }
}
