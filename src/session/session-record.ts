import { setTimeout as wait } from "node:timers/promises";
import { ConflictError, CreateError, UpdateError } from "../errors.ts";
import type { SessionEvent } from "../events.ts";
import { shortKeyHash } from "../key.ts";
import type { RekeyOutcome, SessionRow, UpdateGuard } from "../store/session-store.ts";
import { applyChanges, findChanges, isUnchanged } from "./changes.ts";
import { CookieMover } from "./cookie-mover.ts";
import { absoluteEnd, expiresWithBrowser, sessionExpiryDate } from "./expiry.ts";
import { CREATED } from "./reserved.ts";
import { decodeRowData, encodeRowData } from "./row-data.ts";
import { checkSerializable } from "./serializable.ts";
import type { SessionConfig, SessionCookie } from "./session-config.ts";

/** How many keys are drawn before giving up. With real keys a second one is already a sign of a broken generator. */
const MAX_KEYS = 100;
const MAX_UPDATES = 100;
const MAX_WAIT_MS = 50;

/** The dictionary of a session. Its owner goes on using it, so what others wrote is merged into it in place. */
type Dictionary = Map<string, unknown>;

/** How a row is to be updated. */
export interface UpdateOptions {
  /** Give the row a new key. */
  readonly rekey: boolean;
  /** Replace whatever the row holds, instead of merging with it. */
  readonly replacesAll: boolean;
}

/** One attempt at an UPDATE. */
interface Attempt {
  /** The session key that the row is to have afterwards. */
  readonly sessionKey: string;
  /** The text for the data column; undefined: only the expiry is written. */
  readonly text: string | undefined;
  readonly expireDate: Date;
  readonly guard: UpdateGuard;
}

/**
 * The row of one session as far as this request knows it: its key, and what it held when it was last read or written. The latter is what
 * changes are found against, and what an update is guarded by, so that no other request's change is overwritten unseen.
 */
export class SessionRecord {
  #sessionKey: string | null;
  #row: Omit<SessionRow, "key"> | undefined;
  readonly #config: SessionConfig;
  readonly #cookie: CookieMover;

  constructor(config: SessionConfig, sessionKey: string | null, cookie: SessionCookie | undefined) {
    this.#config = config;
    this.#sessionKey = sessionKey;
    this.#cookie = new CookieMover(cookie);
  }

  get sessionKey(): string | null {
    return this.#sessionKey;
  }

  /** Whether any row has the key, expired or not. */
  async exists(sessionKey: string): Promise<boolean> {
    return (await this.#find(sessionKey)) !== undefined;
  }

  /** The dictionary of the live row. A key that leads to none is dropped, and the dictionary is empty. */
  async read(): Promise<Dictionary> {
    const sessionKey = this.#sessionKey;
    if (sessionKey === null) return new Map();
    const row = await this.#find(sessionKey);
    if (!row) return this.#dropKey(sessionKey, { type: "unknownKey" });
    const now = this.#config.now();
    if (row.expireDate <= now) return this.#dropKey(sessionKey, { type: "ended", reason: "expired" });
    const data = decodeRowData(row.data, sessionKey, this.#config);
    if (!data) return this.#dropKey(sessionKey, { type: "suspicious" });
    const end = absoluteEnd(data, this.#config);
    if (end && end <= now) return this.#dropKey(sessionKey, { type: "ended", reason: "expired" });
    this.#row = row;
    this.#cookie.found({ sessionKey, expires: expiresWithBrowser(data, this.#config) ? null : row.expireDate });
    this.#emit({ type: "loaded" }, sessionKey);
    this.#stampCreation(data, now);
    return data;
  }

  /**
   * Inserts a row under a new key, and under another when that one is taken.
   * @throws CreateError when all of `keys` keys are taken
   */
  async insert(data: Dictionary, { keys = MAX_KEYS }: { readonly keys?: number } = {}): Promise<void> {
    checkSerializable(data, this.#config.serializer);
    await this.#cookie.withRow(async () => {
      for (let tried = 0; tried < keys; tried++) {
        const now = this.#config.now();
        this.#stampCreation(data, now);
        const sessionKey = this.#config.newKey();
        const row = {
          data: encodeRowData(data, sessionKey, this.#config),
          expireDate: sessionExpiryDate(data, now, this.#config),
        };
        this.#moveCookie(sessionKey, data, row.expireDate);
        if (await this.#config.store.insert({ key: this.#config.storedKey(sessionKey), ...row })) {
          this.#sessionKey = sessionKey;
          this.#row = row;
          this.#emit({ type: "created" }, sessionKey);
          return true;
        }
      }
      throw allKeysTaken(keys);
    });
  }

  /**
   * Updates the row, merging with what others wrote since it was read.
   * @throws UpdateError when the row is gone
   * @throws ConflictError when merging is not wanted, not possible or does not come to an end
   */
  async update(data: Dictionary, options: UpdateOptions): Promise<void> {
    const sessionKey = this.#sessionKey;
    if (sessionKey === null) throw new UpdateError("The session has no row. Create one first.");
    checkSerializable(data, this.#config.serializer);
    if (!this.#row) await this.#keepCreation(sessionKey, data);
    await this.#cookie.withRow(async () => {
      let taken = 0;
      for (let tried = 1; tried <= MAX_UPDATES; tried++) {
        const attempt = this.#plan(sessionKey, data, options);
        this.#moveCookie(attempt.sessionKey, data, attempt.expireDate);
        const outcome = await this.#execute(sessionKey, attempt);
        if (outcome === "taken" && ++taken === MAX_KEYS) throw allKeysTaken(taken);
        if (outcome === "taken") continue;
        if (outcome === "rekeyed" || (await this.#reconcile(sessionKey, data, options, attempt, tried))) {
          this.#written(sessionKey, attempt);
          return true;
        }
      }
      return this.#failForConflict(sessionKey, MAX_UPDATES, "It kept changing while this request tried to save it.");
    });
  }

  /** Moves the expiry on when the last write was `refreshAfter` seconds ago; says whether it did. */
  async refresh(data: Dictionary): Promise<boolean> {
    const { store, storedKey, refreshAfter } = this.#config;
    const [sessionKey, row] = [this.#sessionKey, this.#row];
    if (refreshAfter === undefined || sessionKey === null || !row) return false;
    const now = this.#config.now();
    const expireDate = sessionExpiryDate(data, now, this.#config);
    // The row's date was reckoned the same way when it was written, so the difference is the time since then.
    if (expireDate.getTime() - row.expireDate.getTime() < refreshAfter * 1000) return false;
    return this.#cookie.withRow(async () => {
      this.#moveCookie(sessionKey, data, expireDate);
      if (!(await store.update(storedKey(sessionKey), { liveAt: now }, { expireDate }))) return false;
      this.#row = { ...row, expireDate };
      this.#emit({ type: "refreshed" }, sessionKey);
      return true;
    });
  }

  /** Deletes the row of a key, if there is one. */
  async delete(sessionKey: string, reason: "destroyed" | "flushed"): Promise<void> {
    const deleted = await this.#config.store.delete(this.#config.storedKey(sessionKey));
    if (deleted) this.#emit({ type: "ended", reason }, sessionKey);
  }

  /** Removes the cookie, deletes the row and forgets the key. */
  async flush(): Promise<void> {
    await this.#cookie.withRow(async () => {
      this.#cookie.remove();
      if (this.#sessionKey !== null) await this.delete(this.#sessionKey, "flushed");
      return true;
    });
    this.#sessionKey = null;
    this.#row = undefined;
  }

  #plan(sessionKey: string, data: Dictionary, { rekey, replacesAll }: UpdateOptions): Attempt {
    const now = this.#config.now();
    const newKey = rekey ? this.#config.newKey() : sessionKey;
    const changed = replacesAll || this.#hasChanges(sessionKey, data);
    const overwrites = replacesAll || (changed && this.#config.onConflict === "overwrite");
    const text = changed || rekey ? encodeRowData(data, newKey, this.#config) : undefined;
    const guarded = text !== undefined && !overwrites && this.#row;
    return {
      sessionKey: newKey,
      text,
      expireDate: sessionExpiryDate(data, now, this.#config),
      guard: { liveAt: now, ...(guarded && { data: guarded.data }) },
    };
  }

  async #execute(sessionKey: string, attempt: Attempt): Promise<RekeyOutcome> {
    const { store, storedKey } = this.#config;
    const { text, expireDate, guard } = attempt;
    const key = storedKey(sessionKey);
    if (attempt.sessionKey !== sessionKey && text !== undefined) {
      return store.rekey(key, guard, { key: storedKey(attempt.sessionKey), data: text, expireDate });
    }
    const updated = await store.update(key, guard, { expireDate, ...(text !== undefined && { data: text }) });
    return updated ? "rekeyed" : "unmatched";
  }

  /**
   * Finds out why an update matched no row, and merges what another request wrote. True: the row is as this attempt wanted it.
   */
  async #reconcile(
    sessionKey: string,
    data: Dictionary,
    { rekey, replacesAll }: UpdateOptions,
    attempt: Attempt,
    tried: number,
  ): Promise<boolean> {
    const { onConflict } = this.#config;
    // The wait comes before the reading: the time between reading and the next UPDATE is when others can get in between.
    if (onConflict === "merge") await wait(Math.random() * Math.min(MAX_WAIT_MS, 2 ** tried));
    const row = await this.#find(sessionKey);
    if (!row || row.expireDate <= this.#config.now()) {
      this.#emit({ type: "ended", reason: row ? "expired" : "gone" }, sessionKey);
      throw new UpdateError(
        "The session was ended or has expired since it was read, so nothing was saved. Let the user sign in again.",
      );
    }
    // Some MySQL connections count only rows whose values changed, so that writing what is there already looks like no match.
    if (!rekey && (attempt.text === undefined || attempt.text === row.data)) return true;
    if (replacesAll) return false;
    const changed = this.#hasChanges(sessionKey, data);
    if (changed && onConflict === "overwrite") return false;
    if (changed && onConflict === "error") {
      return this.#failForConflict(sessionKey, tried, "Another request changed it since it was read.");
    }
    const theirs = decodeRowData(row.data, sessionKey, this.#config);
    if (!theirs) {
      this.#emit({ type: "suspicious" }, sessionKey);
      return this.#failForConflict(sessionKey, tried, "What is in its row now does not verify.");
    }
    const merged = applyChanges(theirs, this.#changes(sessionKey, data));
    data.clear();
    for (const [key, value] of merged) data.set(key, value);
    this.#row = row;
    this.#emit({ type: "merged", attempt: tried }, sessionKey);
    return false;
  }

  #written(previousKey: string, { sessionKey, text, expireDate }: Attempt): void {
    const data = text ?? this.#row?.data;
    if (data !== undefined) this.#row = { data, expireDate };
    this.#sessionKey = sessionKey;
    if (sessionKey === previousKey) this.#emit({ type: "saved" }, sessionKey);
    else this.#emit({ type: "rotated", previousKeyHash: this.#keyHash(previousKey) }, sessionKey);
  }

  #changes(sessionKey: string, data: Dictionary) {
    const before = (this.#row && decodeRowData(this.#row.data, sessionKey, this.#config)) ?? new Map();
    return findChanges(before, data, this.#config.serializer);
  }

  #hasChanges(sessionKey: string, data: Dictionary): boolean {
    return !isUnchanged(this.#changes(sessionKey, data));
  }

  /** `absoluteMaxAge` counts from the session's beginning, which a session that was cleared before it was loaded has not seen yet. */
  async #keepCreation(sessionKey: string, data: Dictionary): Promise<void> {
    if (this.#config.absoluteMaxAge === undefined || data.has(CREATED)) return;
    const row = await this.#find(sessionKey);
    const created = row && decodeRowData(row.data, sessionKey, this.#config)?.get(CREATED);
    if (created !== undefined) data.set(CREATED, created);
    this.#stampCreation(data, this.#config.now());
  }

  #stampCreation(data: Dictionary, now: Date): void {
    if (this.#config.absoluteMaxAge !== undefined && !data.has(CREATED)) data.set(CREATED, now.getTime());
  }

  #moveCookie(sessionKey: string, data: Dictionary, expireDate: Date): void {
    this.#cookie.move({ sessionKey, expires: expiresWithBrowser(data, this.#config) ? null : expireDate });
  }

  #dropKey(sessionKey: string, event: WithoutHash<SessionEvent>): Dictionary {
    this.#emit(event, sessionKey);
    this.#sessionKey = null;
    return new Map();
  }

  #failForConflict(sessionKey: string, attempt: number, what: string): never {
    this.#emit({ type: "conflict", attempt }, sessionKey);
    throw new ConflictError(`The session was not saved. ${what} Load it anew and repeat the change.`);
  }

  #find(sessionKey: string) {
    return this.#config.store.find(this.#config.storedKey(sessionKey));
  }

  #emit(event: WithoutHash<SessionEvent>, sessionKey: string): void {
    this.#config.emit({ ...event, keyHash: this.#keyHash(sessionKey) } as SessionEvent);
  }

  #keyHash(sessionKey: string): string {
    return shortKeyHash(this.#config.storedKey(sessionKey));
  }
}

type WithoutHash<Event> = Event extends { readonly keyHash: string } ? Omit<Event, "keyHash"> : never;

function allKeysTaken(keys: number): CreateError {
  const what = keys === 1 ? "the key drawn is" : `${keys} keys drawn are all`;
  return new CreateError(
    `The session got no key, since ${what} taken. Check the option randomKey, if you set it; otherwise try again.`,
  );
}
