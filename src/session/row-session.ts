import { SessionLimit } from "../admin/session-limit.ts";
import { CookieSync } from "../cookie/cookie-sync.ts";
import type { SessionCookie } from "../cookie/session-cookie.ts";
import { ConflictError } from "../errors.ts";
import { emitFor } from "../events.ts";
import { shortKeyHash } from "../key/session-key.ts";
import { isValidSessionKey } from "../key/valid-session-key.ts";
import { valueOfRow } from "../record/known-row.ts";
import { EXPIRY } from "../record/reserved.ts";
import { writeJudged } from "../record/schema-check.ts";
import { hasSchema, type SessionConfig } from "../record/session-config.ts";
import { SessionRecord } from "../record/session-record.ts";
import type { SaveRequest, SignIn } from "../record/write.ts";
import { atCallSite, captureCallSite } from "./call-site.ts";
import { SerialQueue } from "./serial-queue.ts";
import { SessionBase } from "./session-base.ts";

const NO_ROW = { sessionKey: null };

interface WriteOptions {
  /** Insert a row, even if the session has one already. Try at most `keys` keys. */
  readonly create?: { readonly keys?: number };
  readonly signIn?: SignIn;
}

/**
 * A session with its row and its cookie: how they are read and written together. {@link DbSession}
 * adds the methods that users call.
 */
export abstract class RowSession<Data extends object> extends SessionBase<Data> {
  /**
   * The error of the last write, if that write failed.
   * @internal
   */
  writeError: unknown;
  /**
   * Receives the promise of each asynchronous call, and returns the promise for the caller.
   * @internal
   */
  onCall: (<Result>(write: Promise<Result>) => Promise<Result>) | undefined;
  /** @internal */
  protected readonly record: SessionRecord;
  /** @internal */
  protected readonly cookie: CookieSync;
  readonly #limit: SessionLimit | undefined;
  readonly #queue = new SerialQueue();

  /** @internal */
  constructor(config: SessionConfig, sessionKey?: string | null, cookie?: SessionCookie) {
    super(config);
    const isPossible = isValidSessionKey(sessionKey);
    if (sessionKey && !isPossible) config.emit({ type: "malformedKey" });
    this.record = new SessionRecord(config, isPossible ? sessionKey : null);
    this.cookie = new CookieSync(config, cookie);
    this.#limit = SessionLimit.of(config);
    if (!isPossible) this.data = new Map();
  }

  override get sessionKey(): string | null {
    return this.record.sessionKey;
  }

  /** @internal */
  protected override get startedAt(): number | undefined {
    return this.record.row?.metadata.startedAt;
  }

  /**
   * The name of this session in events and in `list()`: a short hash of the key column. You may
   * show the hash in logs and pages. It changes with the key. `null` until the session is saved.
   */
  get keyHash(): string | null {
    return this.sessionKey === null ? null : shortKeyHash(this.config.storedKey(this.sessionKey));
  }

  /**
   * Whether the session should be saved at the end of a request. True if something changed, if a
   * write or its cookie failed, or if your code set `modified`. False if the session is empty or
   * was not loaded, and after a ConflictError with `onConflict: "error"`.
   * @throws {@link SerializationError} like `save()`
   * @internal
   */
  needsSave(): boolean {
    const { data, modified, clears } = this;
    if (data === undefined || this.isEmpty()) return false;
    if (this.config.onConflict === "error" && this.writeError instanceof ConflictError) return false;
    return modified || this.cookie.isDue || this.record.isRotationDue || this.record.isChanged(data, clears);
  }

  /**
   * Writes the row, then the cookie, and then deletes the sessions beyond `maxPerOwner`.
   * @internal
   */
  protected async write({ create, signIn }: WriteOptions = {}): Promise<void> {
    this.data ??= new Map();
    const { data, clears, modified } = this;
    // Reset before the write: a change during the write belongs to the next write.
    this.modified = false;
    this.writeError = undefined;
    let isCreated: boolean;
    try {
      await this.cookie.checkWritable();
      const write = (request: SaveRequest) =>
        create ? this.record.insert(request, create) : this.record.save(request);
      const request = { data, clears, signIn };
      isCreated = await (hasSchema(this.config)
        ? writeJudged(request, create ? NO_ROW : this.record, this.config, write)
        : write(request));
      for (const [key, value] of signIn?.entries ?? []) data.set(key, value);
      this.syncCookie();
    } catch (error) {
      this.writeError = error;
      this.modified ||= modified;
      throw error;
    }
    if (this.sessionKey !== null) await this.#limit?.enforce(this.sessionKey, data, { isCreated });
  }

  /**
   * Starts a new session with only the data of the sign-in, and nothing of the old session.
   * @internal
   */
  protected async restartSignIn(signIn: SignIn): Promise<void> {
    const previousKeyHash = this.keyHash ?? "";
    this.record.forget();
    this.data = new Map();
    this.clears = 0;
    await this.write({ signIn });
    if (this.sessionKey) emitFor(this.sessionKey, { type: "signInRestarted", previousKeyHash }, this.config);
  }

  /** @internal */
  protected syncCookie(): void {
    const { sessionKey, row } = this.record;
    if (sessionKey === null || !row) return;
    // The expiry comes from the row, because `setExpiry()` may have been called during the write.
    const data = new Map([[EXPIRY, valueOfRow(row, EXPIRY, this.config)]]);
    this.cookie.sync({ sessionKey, data, expireDate: row.expireDate });
  }

  /** @internal */
  protected inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const site = captureCallSite();
    const call = this.#queue.run(() => atCallSite(site, work));
    return this.onCall ? this.onCall(call) : call;
  }

  /**
   * The rotation is noted first, so it stays due even if the session cannot be loaded.
   * @internal
   */
  protected rotate(write: () => Promise<void>): Promise<void> {
    return this.inTurn(async () => {
      this.record.startRotation();
      this.accessed = true;
      await this.readOnce();
      await write();
    });
  }

  /** @internal */
  protected async readOnce(): Promise<void> {
    if (this.data) return;
    const data = await this.record.read();
    const { sessionKey, row } = this.record;
    if (sessionKey !== null && row) {
      this.cookie.found({ sessionKey, data, expireDate: row.expireDate });
      this.#limit?.found(data);
    }
    this.data ??= data; // keeps the data if clear() was called during the reading
  }
}
