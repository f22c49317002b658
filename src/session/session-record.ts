import { carryOut, type Statement } from "../store/carry-out.ts";
import { differingKeys } from "./changes.ts";
import { CookieMover } from "./cookie-mover.ts";
import { absoluteEnd, isLive, sessionExpiryDate } from "./expiry.ts";
import { allKeysTaken, MAX_KEYS } from "./new-key.ts";
import { OpenWrites } from "./open-writes.ts";
import { OwnerLimit } from "./owner-limit.ts";
import { rememberLast } from "./remember-last.ts";
import { AUTHENTICATED, CREATED, keepCreation } from "./reserved.ts";
import type { UpdateOptions } from "./row-attempt.ts";
import { decodeRow, decodeRowData, encodeRowData, isOfOlderSecret, isSameRow, type KnownRow } from "./row-data.ts";
import { RowUpdate } from "./row-update.ts";
import { serialize } from "./serializable.ts";
import type { SessionConfig, SessionCookie } from "./session-config.ts";
import { emitFor, keyHash } from "./session-events.ts";

/** A row as it was inserted. */
interface Insertion {
  readonly sessionKey: string;
  readonly row: KnownRow;
}

/** The dictionary of a session. Its owner goes on using it, so what others wrote is merged into it in place. */
type Dictionary = Map<string, unknown>;

/**
 * The row of one session as far as this request knows it: its key, and what it held when it was last read or written. The latter is what
 * changes are found against, and what an update is guarded by, so that no other request's change is overwritten unseen.
 */
export class SessionRecord {
  #sessionKey: string | null;
  #row: KnownRow | undefined;
  readonly #open = new OpenWrites();
  /** The key of a row whose data did not verify: no save may touch it, but flush() ends it. */
  #suspiciousKey: string | null = null;
  readonly #config: SessionConfig;
  readonly #cookie: CookieMover;
  readonly #ownerLimit: OwnerLimit | undefined;

  constructor(config: SessionConfig, sessionKey: string | null, cookie: SessionCookie | undefined) {
    // What the key column holds for its key is asked several times in one save.
    this.#config = { ...config, storedKey: rememberLast(config.storedKey) };
    this.#sessionKey = sessionKey;
    this.#cookie = new CookieMover(config, cookie);
    this.#ownerLimit = OwnerLimit.of(this.#config);
  }

  get sessionKey(): string | null {
    return this.#sessionKey;
  }

  get keyHash(): string | null {
    return this.#sessionKey === null ? null : keyHash(this.#sessionKey, this.#config);
  }

  /** How many writes have failed that may have been carried out all the same, or may be yet. */
  get openFailures(): number {
    return this.#open.count;
  }

  /** When its user was last authenticated by what the row says, as that was last read or written. */
  get authenticatedAt(): number | undefined {
    const text = this.#row?.texts.get(AUTHENTICATED);
    const at = text === undefined ? undefined : this.#config.serializer.parse(text);
    return typeof at === "number" ? at : undefined;
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
    if (!isLive(row, now)) return this.#dropKey(sessionKey, { type: "ended", reason: "expired" });
    const decoded = decodeRow(row, sessionKey, this.#config);
    if (!decoded) {
      this.#suspiciousKey = sessionKey;
      return this.#dropKey(sessionKey, { type: "suspicious" });
    }
    const { data } = decoded;
    const end = absoluteEnd(data, this.#config);
    if (end && end <= now) return this.#dropKey(sessionKey, { type: "ended", reason: "expired" });
    this.#row = decoded.row;
    this.#cookie.found({ sessionKey, data, expireDate: row.expireDate });
    this.#ownerLimit?.found(data);
    emitFor(sessionKey, { type: "loaded" }, this.#config);
    this.#stampCreation(data, now);
    return data;
  }

  /** Updates the row; a session without a key gets one. */
  async write(data: Dictionary, options: UpdateOptions): Promise<void> {
    const sessionKey = this.#sessionKey;
    if (sessionKey === null) return this.insert(data);
    if (this.#lacksCreation(data)) await this.#keepCreation(sessionKey, data);
    const update = new RowUpdate(sessionKey, this.#row, data, this.#open, options, this.#config);
    try {
      await this.#cookie.withRow(() => update.run(this.#cookie));
      this.#open.close();
    } finally {
      // Also after a failure: what was merged into the data by then is not a change of this request's.
      this.#row = update.row;
      this.#sessionKey = update.sessionKey;
    }
    if (this.#ownerLimit) await this.#keepLimit(data);
  }

  /** Whether a write would have data to write: none for a session that has no row and nothing to put in one. */
  isChanged(data: Dictionary, { replacesAll }: Pick<UpdateOptions, "replacesAll">): boolean {
    if (this.#sessionKey === null) return [...data.keys()].some((key) => key !== CREATED);
    if (replacesAll || !this.#row || this.#open.hasChanges) return true;
    const { texts } = this.#row;
    return differingKeys(texts, serialize(data, this.#config.serializer, texts)).some((key) => key !== CREATED);
  }

  /**
   * Inserts a row under a new key, and under another when that one is taken.
   * @throws CreateError when all of `keys` keys are taken
   */
  async insert(data: Dictionary, { keys = MAX_KEYS }: { readonly keys?: number } = {}): Promise<void> {
    await this.#cookie.withRow(async () => {
      for (let tried = 0; tried < keys; tried++) {
        const inserted = await carryOut(this.#config.store, () => this.#insertion(data));
        if (!inserted) continue;
        this.#sessionKey = inserted.sessionKey;
        this.#row = inserted.row;
        this.#open.close();
        emitFor(inserted.sessionKey, { type: "created" }, this.#config);
        return;
      }
      throw allKeysTaken(keys);
    });
    this.#ownerLimit?.countAnew();
    await this.#keepLimit(data);
  }

  /** An INSERT under a key that no other one has tried: one that arrives late could bring back what was flushed meanwhile. */
  #insertion(data: Dictionary): Statement<Insertion | false> {
    const { store, storedKey, serializer, newKey, now } = this.#config;
    const at = now();
    this.#stampCreation(data, at);
    const texts = serialize(data, serializer);
    const sessionKey = newKey();
    const [key, text] = [storedKey(sessionKey), encodeRowData(data, texts, sessionKey, this.#config)];
    const columns = this.#config.columnsOf?.(data);
    const expireDate = sessionExpiryDate(data, at, this.#config);
    this.#cookie.move({ sessionKey, data, expireDate });
    const insertion = { sessionKey, row: { data: text, expireDate, texts } };
    return {
      send: async () => (await store.insert({ key, data: text, expireDate, columns })) && insertion,
      look: async () => ((await store.find(key))?.data === text ? insertion : undefined),
      onOpen: (error) => this.#open.add({ inserted: sessionKey }, error),
    };
  }

  /**
   * Moves the expiry on when the last write was `refreshAfter` seconds ago; says whether it did. What counts is what is in the row: neither
   * what was not saved yet, nor what another request replaced. Only a row of an older secret gets its data written anew with it.
   */
  async refresh(): Promise<boolean> {
    const { store, storedKey, refreshAfter, absoluteMaxAge, now } = this.#config;
    const [sessionKey, row] = [this.#sessionKey, this.#row];
    if (refreshAfter === undefined || sessionKey === null || !row) return false;
    const data = decodeRowData(row.data, sessionKey, this.#config);
    // A row from before absoluteMaxAge was set knows no end until it is saved.
    if (!data || (absoluteMaxAge !== undefined && !data.has(CREATED))) return false;
    const key = storedKey(sessionKey);
    const expireDate = sessionExpiryDate(data, now(), this.#config);
    // The row's date was reckoned the same way when it was written, so the difference is the time since then.
    if (expireDate.getTime() - row.expireDate.getTime() < refreshAfter * 1000) return false;
    const isOld = isOfOlderSecret(row.data, sessionKey, this.#config);
    const changes = { expireDate, ...(isOld && { data: encodeRowData(data, row.texts, sessionKey, this.#config) }) };
    const refreshed = { ...row, ...changes };
    return this.#cookie.withRow(async () => {
      this.#cookie.move({ sessionKey, data, expireDate });
      const matched = await carryOut(store, () => ({
        send: () => store.update(key, { liveAt: now(), data: row.data }, changes),
        look: async () => (isSameRow(await store.find(key), refreshed) ? true : undefined),
        onOpen: (error) => changes.data !== undefined && this.#open.add({ rowText: changes.data }, error),
      }));
      if (!matched) return false;
      this.#row = refreshed;
      emitFor(sessionKey, { type: "refreshed" }, this.#config);
      return true;
    });
  }

  /** Deletes the row of a key, if there is one; this session's also where it has another key by now, unheard. */
  async destroy(sessionKey: string): Promise<void> {
    this.#cookie.checkWritable();
    await this.#delete(sessionKey, "destroyed");
    if (sessionKey === this.#sessionKey) await this.#deleteUnknown("destroyed");
  }

  /** Those that failed writes of this session may have made, by another key: after its own, for from then on that can no longer move. */
  async #deleteUnknown(reason: "destroyed" | "flushed"): Promise<void> {
    for (const sessionKey of this.#open.unknownKeys) await this.#delete(sessionKey, reason);
  }

  async #delete(sessionKey: string, reason: "destroyed" | "flushed"): Promise<void> {
    const { store, storedKey } = this.#config;
    const key = storedKey(sessionKey);
    const deleted = await carryOut(store, () => ({
      send: () => store.delete(key),
      look: async () => ((await store.find(key)) ? undefined : true),
      isRepeatable: true, // no row will ever have this key again
    }));
    if (deleted) emitFor(sessionKey, { type: "ended", reason }, this.#config);
  }

  /** Removes the cookie, deletes the row and forgets the key. */
  async flush(): Promise<void> {
    await this.#cookie.withRow(async () => {
      this.#cookie.remove();
      const sessionKey = this.#sessionKey ?? this.#suspiciousKey;
      if (sessionKey !== null) await this.#delete(sessionKey, "flushed");
      await this.#deleteUnknown("flushed");
    });
    this.#sessionKey = null;
    this.#suspiciousKey = null;
    this.#row = undefined;
    this.#open.end();
  }

  /** The row is written by now: if the limit cannot be kept, it must not look as if that had failed. */
  async #keepLimit(data: Dictionary): Promise<void> {
    try {
      await this.#ownerLimit?.keep(data);
    } catch {
      if (this.#sessionKey !== null) emitFor(this.#sessionKey, { type: "uncounted" }, this.#config);
    }
  }

  #find(sessionKey: string) {
    const { store, storedKey } = this.#config;
    return carryOut(store, () => ({ send: () => store.find(storedKey(sessionKey)), isRepeatable: true }));
  }

  #dropKey(sessionKey: string, event: Parameters<typeof emitFor>[1]): Dictionary {
    emitFor(sessionKey, event, this.#config);
    this.#sessionKey = null;
    return new Map();
  }

  /** `absoluteMaxAge` counts from the session's beginning, which data that were cleared before they were loaded do not know. */
  async #keepCreation(sessionKey: string, data: Dictionary): Promise<void> {
    const row = this.#row ?? (await this.#find(sessionKey));
    const before = row && decodeRowData(row.data, sessionKey, this.#config);
    if (before) keepCreation(before, data);
    this.#stampCreation(data, this.#config.now());
  }

  #stampCreation(data: Dictionary, now: Date): void {
    if (this.#lacksCreation(data)) data.set(CREATED, now.getTime());
  }

  #lacksCreation(data: Dictionary): boolean {
    return this.#config.keepsCreation && !data.has(CREATED);
  }
}
