import { SessionLimit } from "../admin/session-limit.ts";
import { atCallSite, captureCallSite } from "../call-site.ts";
import { CookieSync } from "../cookie/cookie-sync.ts";
import type { SessionCookie } from "../cookie/session-cookie.ts";
import { ConflictError, CreateError, UpdateError } from "../errors.ts";
import { emitFor } from "../events.ts";
import { shortKeyHash } from "../key.ts";
import { isPossibleSessionKey } from "../possible-key.ts";
import { valueOfRow } from "../record/known-row.ts";
import { AUTHENTICATED, EXPIRY } from "../record/reserved.ts";
import type { SessionConfig } from "../record/session-config.ts";
import { SessionRecord } from "../record/session-record.ts";
import type { SignIn } from "../record/write.ts";
import { SerialQueue } from "./serial-queue.ts";
import { checkedEntries, SessionBase } from "./session-base.ts";

const NO_KEY = "destroy(): the session key is missing. To sign out, call `flush()`.";

interface WriteOptions {
  /** Insert a row, also if the session has one, and try at most so many keys. */
  readonly create?: { readonly keys?: number };
  readonly signIn?: SignIn;
}

/**
 * One session, as one request sees it. `Sessions.open()` and `getSession()` return it.
 *
 * It reads nothing before `load()`, which `getSession()` has called already. It writes only when a method says so.
 * Asynchronous calls on one object run one after another. An error of the database that the package cannot settle
 * itself reaches the caller unchanged.
 */
export class DbSession<Data extends object = Record<string, unknown>> extends SessionBase<Data> {
  /**
   * What the last write threw, if it failed.
   * @internal
   */
  writeError: unknown;
  /**
   * Gets the promise of each asynchronous call, and returns the promise that the caller gets.
   * @internal
   */
  onCall: (<Result>(write: Promise<Result>) => Promise<Result>) | undefined;
  readonly #record: SessionRecord;
  readonly #cookie: CookieSync;
  readonly #limit: SessionLimit | undefined;
  readonly #queue = new SerialQueue();

  /** @internal */
  constructor(config: SessionConfig, sessionKey?: string | null, cookie?: SessionCookie) {
    super(config);
    const isPossible = isPossibleSessionKey(sessionKey);
    if (sessionKey && !isPossible) config.emit({ type: "malformedKey" });
    this.#record = new SessionRecord(config, isPossible ? sessionKey : null);
    this.#cookie = new CookieSync(config, cookie);
    this.#limit = SessionLimit.of(config);
    if (!isPossible) this.data = new Map();
  }

  override get sessionKey(): string | null {
    return this.#record.sessionKey;
  }

  /** @internal */
  protected override get startedAt(): number | undefined {
    return this.#record.row?.metadata.startedAt;
  }

  /**
   * The name of this session in events and in `list()`: a short hash of the key column. It may stand in logs and pages.
   * It changes with the key, and is `null` until the session is saved.
   */
  get keyHash(): string | null {
    return this.sessionKey === null ? null : shortKeyHash(this.config.storedKey(this.sessionKey));
  }

  /**
   * Reads the row with one statement, once. If the key is unknown or expired, or if the data do not verify, the session
   * becomes empty and has no key. A save then starts a new session.
   */
  load(): Promise<void> {
    return this.#inTurn(() => this.#readOnce());
  }

  /** Whether a row has this key, expired or not. One statement, or none for a text that cannot be a key. */
  exists(sessionKey: string): Promise<boolean> {
    return this.#inTurn(async () => isPossibleSessionKey(sessionKey) && this.#record.exists(sessionKey));
  }

  /**
   * Creates a new row under a new key from the dictionary, without loading. One INSERT, and another with another key if
   * the first key is taken. A row that the session had before stays as it is. To save a session, use `save()`.
   *
   * If an INSERT failed but its row is there, the next write adopts that row.
   * @throws CreateError if 100 keys were all taken
   * @throws SerializationError for a value that would not come back unchanged
   */
  create(): Promise<void> {
    return this.#inTurn(() => this.#write({ create: {} }));
  }

  /**
   * Writes the session. Without a key it creates the row. With a key it only ever updates. It keeps what other requests
   * have changed under other keys (see `onConflict`), and takes that over into the dictionary. If nothing changed, it
   * writes only the expiry. Calling it again after an error is always right: nothing is applied twice.
   *
   * @param options.mustCreate Create a row or fail: never update, and try one key only. Default: false.
   * @throws UpdateError if the row is gone. No row is created.
   * @throws CreateError with `mustCreate`, if the session has a row already or the key drawn is taken
   * @throws ConflictError if the changes could not be merged, or may not be with `onConflict: "error"`
   * @throws SerializationError for a value that would not come back unchanged
   */
  save({ mustCreate = false }: { readonly mustCreate?: boolean } = {}): Promise<void> {
    return this.#inTurn(async () => {
      await this.#readOnce();
      if (mustCreate && this.sessionKey !== null) {
        throw new CreateError("This session has a row already. Call `save()` to update it, or `create()` for another.");
      }
      await this.#write(mustCreate ? { create: { keys: 1 } } : {});
    });
  }

  /**
   * Deletes the row of a key. A missing row is no error. Everything else stays as it is.
   * Without an argument it is `flush()`: to destroy a session means to sign out.
   * @throws TypeError for `undefined` or `null` as the argument
   */
  destroy(...given: [] | [sessionKey: string]): Promise<void> {
    if (given.length === 0) return this.flush();
    const [sessionKey] = given;
    if (typeof sessionKey !== "string") return Promise.reject(new TypeError(NO_KEY));
    return this.#inTurn(async () => {
      await this.#cookie.checkWritable();
      if (isPossibleSessionKey(sessionKey)) await this.#record.delete(sessionKey);
    });
  }

  /** Signs out: deletes the row, removes the cookie, and forgets data and key. It loads nothing. */
  flush(): Promise<void> {
    return this.#inTurn(async () => {
      const { data, modified, clears } = this;
      // Before the row is deleted, so that a value that is set during the deletion belongs to the next session.
      this.data = new Map();
      this.accessed = true;
      this.modified = true;
      try {
        await this.#cookie.checkWritable();
        await this.#record.flush();
      } catch (error) {
        this.writeError = error;
        if (this.clears === clears) Object.assign(this, { data, modified });
        throw error;
      }
      this.clears = 0;
      this.writeError = undefined;
      this.#cookie.remove();
    });
  }

  /**
   * Gives the row a new key, so that the old key opens nothing, and saves the changes: one statement. Call it at every
   * change of privilege, to prevent session fixation. A session without a key is created.
   *
   * If it fails, nothing more is saved under the old key: the next write gives the row the new key.
   * @throws UpdateError, ConflictError, SerializationError like `save()`
   */
  cycleKey(): Promise<void> {
    return this.#rotate(() => this.#write());
  }

  /**
   * Signs in: sets the data given, notes that the user has just been authenticated, and gives the row a new key, to
   * prevent session fixation. Saves other changes too: one statement. `absoluteMaxAge` starts again.
   *
   * A sign-in ends signed in. If the row is gone or has another key (a button clicked twice, a sign-out in another tab),
   * a new session starts. It holds exactly the data given here, so give everything that identifies or restricts the
   * user. Call it without data wherever the user only proves the password again.
   *
   * It is no gate for what may happen only once: use `save()` with `onConflict: "error"`, or a unique column.
   * @throws UpdateError without data, if the row is gone
   * @throws ConflictError, SerializationError like `save()`. The session then does not have the data given. If its row
   *   was gone too, the session object is empty.
   * @throws TypeError for a key that begins with `_session_`
   */
  markAuthenticated(data?: Partial<Data>): Promise<void> {
    return this.#rotate(async () => {
      const at = this.config.now().getTime();
      const entries = new Map<string, unknown>([...checkedEntries(data ?? {}), [AUTHENTICATED, at]]);
      try {
        await this.#write({ signIn: { at, entries } });
      } catch (error) {
        if (!data || !(error instanceof UpdateError)) throw error;
        await this.#restartSignIn({ at, entries });
      }
    });
  }

  /**
   * Extends the expiry if the last write is `refreshAfter` seconds ago or more: one UPDATE of `expire_date` alone.
   * If an older secret protects the row, it writes the data too.
   * @returns Whether it did. Always false without the option `refreshAfter`.
   */
  refresh(): Promise<boolean> {
    return this.#inTurn(async () => {
      await this.#readOnce();
      if (this.#record.isRotationDue) return false;
      await this.#cookie.checkWritable();
      const isRefreshed = await this.#record.refresh();
      if (isRefreshed) this.#syncCookie();
      return isRefreshed;
    });
  }

  /**
   * Whether the end of a request should save: something changed, a write or its cookie has failed, or `modified` was
   * set by hand. False for a session that is empty or was not loaded, and after a ConflictError that the user asked
   * for with `onConflict: "error"`.
   * @throws SerializationError like `save()`
   * @internal
   */
  needsSave(): boolean {
    const { data, modified, clears } = this;
    if (data === undefined || this.isEmpty()) return false;
    if (this.config.onConflict === "error" && this.writeError instanceof ConflictError) return false;
    return modified || this.#cookie.isDue || this.#record.isRotationDue || this.#record.isChanged(data, clears);
  }

  /** Writes the row, then the cookie, then deletes the sessions of the same owner that are too many. */
  async #write({ create, signIn }: WriteOptions = {}): Promise<void> {
    this.data ??= new Map();
    const { data, clears, modified } = this;
    // Before the write, so that what is changed during the write counts for the next one.
    this.modified = false;
    this.writeError = undefined;
    let isCreated: boolean;
    try {
      await this.#cookie.checkWritable();
      const request = { data, clears, signIn };
      isCreated = await (create ? this.#record.insert(request, create) : this.#record.save(request));
      for (const [key, value] of signIn?.entries ?? []) data.set(key, value);
      this.#syncCookie();
    } catch (error) {
      this.writeError = error;
      this.modified ||= modified;
      throw error;
    }
    if (this.sessionKey !== null) await this.#limit?.enforce(this.sessionKey, data, { isCreated });
  }

  /** Nothing of the session that is gone comes along. */
  async #restartSignIn(signIn: SignIn): Promise<void> {
    const previousKeyHash = this.keyHash ?? "";
    this.#record.forget();
    this.data = new Map();
    this.clears = 0;
    await this.#write({ signIn });
    if (this.sessionKey) emitFor(this.sessionKey, { type: "signInRestarted", previousKeyHash }, this.config);
  }

  #syncCookie(): void {
    const { sessionKey, row } = this.#record;
    if (sessionKey === null || !row) return;
    // Of the row, because the user may have set another expiry during the write.
    const data = new Map([[EXPIRY, valueOfRow(row, EXPIRY, this.config)]]);
    this.#cookie.sync({ sessionKey, data, expireDate: row.expireDate });
  }

  #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const site = captureCallSite();
    const call = this.#queue.run(() => atCallSite(site, work));
    return this.onCall ? this.onCall(call) : call;
  }

  /** The rotation stays due even if the session cannot be loaded. */
  #rotate(write: () => Promise<void>): Promise<void> {
    return this.#inTurn(async () => {
      this.#record.startRotation();
      this.accessed = true;
      await this.#readOnce();
      await write();
    });
  }

  async #readOnce(): Promise<void> {
    if (this.data) return;
    const data = await this.#record.read();
    const { sessionKey, row } = this.#record;
    if (sessionKey !== null && row) {
      this.#cookie.found({ sessionKey, data, expireDate: row.expireDate });
      this.#limit?.found(data);
    }
    this.data ??= data; // unless the user has called clear() during the reading
  }
}
