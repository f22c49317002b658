import { CreateError } from "../errors.ts";
import { isPossibleSessionKey } from "../possible-key.ts";
import { keepCreation } from "./reserved.ts";
import type { UpdateOptions } from "./row-attempt.ts";
import { SessionBase } from "./session-base.ts";
import type { SessionConfig, SessionCookie } from "./session-config.ts";
import { SessionRecord } from "./session-record.ts";
import { Turns } from "./turns.ts";

/**
 * One session, as one request sees it; made by `Sessions.open()` and `getSession()`.
 *
 * Nothing is read before `load()`, which `getSession()` has called already, and nothing is written before a call that says so. Asynchronous
 * calls on one object run one after another. A database error reaches the caller as it is.
 */
export class DbSession<Data extends object = Record<string, unknown>> extends SessionBase<Data> {
  /**
   * What the last write threw, if it failed: by it an error is known to be about this session.
   * @internal
   */
  writeError: unknown;
  /** After a `cycleKey()`, until a write has succeeded: who knows the old key must get nothing of what was set for the new one. */
  #rotationDue = false;
  readonly #record: SessionRecord;
  readonly #turns = new Turns();

  /** @internal */
  constructor(config: SessionConfig, sessionKey?: string | null, cookie?: SessionCookie) {
    super(config);
    const possible = isPossibleSessionKey(sessionKey);
    if (sessionKey && !possible) config.emit({ type: "malformedKey" });
    this.#record = new SessionRecord(config, possible ? sessionKey : null, cookie);
    if (!possible) this.data = new Map();
  }

  override get sessionKey(): string | null {
    return this.#record.sessionKey;
  }

  /**
   * What events and `list()` call this session: a short hash of what the key column holds, which may stand in logs and pages. Changes with
   * the key; `null` until the session is saved.
   */
  get keyHash(): string | null {
    return this.#record.keyHash;
  }

  /**
   * Reads the row: one statement, once. A key that is unknown, that has expired, or whose data does not verify is not kept: the session
   * is then empty and without a key, and a save starts a new one.
   */
  load(): Promise<void> {
    return this.#whenLoaded(async () => {});
  }

  /** Whether a row has this key, be it expired or not. One statement; none for a text that cannot be a key. */
  exists(sessionKey: string): Promise<boolean> {
    return this.#turns.run(async () => isPossibleSessionKey(sessionKey) && this.#record.exists(sessionKey));
  }

  /**
   * Makes a new row, under a new key, of what the dictionary holds (nothing is loaded for it). One INSERT, and another with another key
   * when that one is taken. A row that the session had before is left alone, and one that has ended is not missed: to save, use `save()`.
   * @throws CreateError when 100 keys were all taken
   * @throws SerializationError for a value that would not come back as it went in
   */
  create(): Promise<void> {
    return this.#turns.run(() => this.#insert());
  }

  /**
   * Writes the session. Without a key it creates the row; with one it only ever updates. What other requests changed meanwhile under other
   * keys is kept (see the option `onConflict`), and is in the dictionary afterwards. If nothing changed, only the expiry is written. After a
   * `cycleKey()` that failed, it makes up for that.
   *
   * @param options.mustCreate Create a row or fail: never update, and try one key only. Default: false.
   * @throws UpdateError when the row is gone; none is made
   * @throws CreateError with `mustCreate`, when the session has a row already or the key drawn is taken
   * @throws ConflictError when the changes could not be merged, or may not be with `onConflict: "error"`
   * @throws SerializationError for a value that would not come back as it went in
   */
  save({ mustCreate = false }: { readonly mustCreate?: boolean } = {}): Promise<void> {
    const knownFailures = this.#record.openFailures;
    return this.#whenLoaded(() => {
      if (!mustCreate) return this.#write(knownFailures);
      if (this.sessionKey === null) return this.#insert({ keys: 1 });
      throw new CreateError("This session has a row already. Call `save()` to update it, or `create()` for another.");
    });
  }

  /**
   * Deletes the row of this session, or of another key; one that is not there is no error. Everything else stays as it is: to sign
   * somebody out, use `flush()`.
   */
  destroy(sessionKey?: string | null): Promise<void> {
    return this.#turns.run(async () => {
      const key = sessionKey ?? this.sessionKey;
      if (isPossibleSessionKey(key)) await this.#record.destroy(key);
    });
  }

  /** Ends the session: removes the cookie, deletes the row, forgets data and key. Loads nothing. */
  flush(): Promise<void> {
    return this.#turns.run(async () => {
      const { data, modified, replacesAll } = this;
      // Before the row goes, so that what is set while it is on its way counts for the session after it.
      this.data = new Map();
      this.replacesAll = false;
      this.accessed = true;
      this.modified = true;
      try {
        await this.#record.flush();
        this.#rotationDue = false;
      } catch (error) {
        this.writeError = error;
        // What was set meanwhile was for the session after this one. A clear() is wanted all the same.
        if (!this.replacesAll) {
          this.data = data;
          this.modified = modified;
          this.replacesAll = replacesAll;
        }
        throw error;
      }
    });
  }

  /**
   * Gives the row a new key, so that the old one opens nothing any more, and saves what was changed: one statement. Call it at every change
   * of privilege, such as signing in. A session without a key gets one. Until it has succeeded, no later save writes anything under the old
   * key, but gives the row a new one too. (Await a save that is under way before you set what the old key must not open.)
   * @throws UpdateError, ConflictError, SerializationError like `save()`
   */
  cycleKey(): Promise<void> {
    return this.#rotating((knownFailures) => {
      this.accessed = true;
      return this.#write(knownFailures);
    });
  }

  /**
   * Notes that the user has just proved who they are, and gives the row a new key, so that nobody who knew the old one comes in with them.
   * Saves what was changed too: one statement, as with `cycleKey()`. Call it at every sign-in, and wherever the password is asked again.
   * @throws UpdateError, ConflictError, SerializationError like `save()`; the session then counts as its row does
   */
  markAuthenticated(): Promise<void> {
    return this.#rotating(async (knownFailures) => {
      const at = this.config.now().getTime();
      this.authenticatedAt = at;
      try {
        await this.#write(knownFailures);
      } catch (error) {
        // Not after a clear() meanwhile, which has taken it back already.
        if (this.authenticatedAt === at) this.authenticatedAt = this.#record.authenticatedAt;
        throw error;
      }
    });
  }

  /**
   * Moves the expiry on if the last write was `refreshAfter` seconds ago or more: one UPDATE of `expire_date` alone, only of a live row.
   * (While a secret is being replaced it writes the data too, which moves a session that nobody changes to the new one.)
   * @returns whether it did; always false without the option `refreshAfter`
   */
  refresh(): Promise<boolean> {
    return this.#whenLoaded(async () => !this.#rotationDue && this.#record.refresh());
  }

  /**
   * Whether a save would write data or a new key, or is asked for by `modified`, which may be set by hand as in Django. Not of a session that
   * is empty, nor of one that was not loaded.
   * @throws SerializationError like `save()`
   * @internal
   */
  needsSave(): boolean {
    const { data, modified, replacesAll } = this;
    if (data === undefined || this.isEmpty()) return false;
    return modified || this.#rotationDue || this.#record.isChanged(data, { replacesAll });
  }

  /**
   * Saves at the end of a request, for the user, where `needsSave()`.
   * @throws what an earlier write threw, if nobody can tell whether that was carried out: to make it again is for the user to decide
   * @throws UpdateError, ConflictError, SerializationError like `save()`
   * @internal
   */
  saveAtEnd(): Promise<void> {
    return this.#whenLoaded(() => this.#write(0));
  }

  /** In its turn, and at once when the data are there. */
  #whenLoaded<Result>(work: () => Promise<Result>): Promise<Result> {
    return this.#turns.run(() => this.#loaded(work));
  }

  #loaded<Result>(work: () => Promise<Result>): Promise<Result> {
    return this.data ? work() : this.#read().then(work);
  }

  /** The same for a write that gives the row a new key, which is due from then on even if it cannot be loaded. */
  #rotating(work: (knownFailures: number) => Promise<void>): Promise<void> {
    const knownFailures = this.#record.openFailures;
    return this.#turns.run(() => {
      this.#rotationDue = true;
      return this.#loaded(() => work(knownFailures));
    });
  }

  async #read(): Promise<void> {
    const data = await this.#record.read();
    // Somebody may have called clear() while the row was on its way: then of what it held only the creation time matters.
    if (this.data) keepCreation(data, this.data);
    else this.data = data;
  }

  #insert(options: { readonly keys?: number } = {}): Promise<void> {
    return this.#writing((data) => this.#record.insert(data, options));
  }

  /** @param knownFailures those when the user decided to write; 0 where nobody has: see {@link UpdateOptions} */
  #write(knownFailures: number): Promise<void> {
    return this.#writing((data, replacesAll) =>
      this.#record.write(data, { rekey: this.#rotationDue, replacesAll, knownFailures }),
    );
  }

  /** The flags go down before the write, so that what is set while it is on its way counts for the next; a write that fails leaves them up. */
  async #writing(write: (data: Map<string, unknown>, replacesAll: boolean) => Promise<void>): Promise<void> {
    this.data ??= new Map();
    const { modified, replacesAll } = this;
    this.modified = false;
    this.replacesAll = false;
    this.writeError = undefined;
    try {
      await write(this.data, replacesAll);
      this.#rotationDue = false;
    } catch (error) {
      this.writeError = error;
      this.modified ||= modified;
      this.replacesAll ||= replacesAll;
      throw error;
    }
  }
}
