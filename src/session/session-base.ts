import { SessionNotLoadedError } from "../errors.ts";
import {
  absoluteEnd,
  checkExpiry,
  type Expiry,
  encodeExpiry,
  expiresWithBrowser,
  expiryAge,
  expiryDate,
  ownExpiry,
  sessionExpiryDate,
} from "../record/expiry.ts";
import { isHidden } from "../record/hidden-value.ts";
import { AUTHENTICATED, EXPIRY, flashKey, isReserved, TEST_COOKIE } from "../record/reserved.ts";
import type { SessionConfig } from "../record/session-config.ts";

const TEST_COOKIE_VALUE = "worked";

/**
 * The parameters do not use this alias, but `keyof Data & string`. Then the compile error for a
 * misspelt key lists the keys.
 */
type Key<Data> = keyof Data & string;

/** The options of `getExpiryAge` and `getExpiryDate`. */
export interface ExpiryOptions {
  /** The time of the last change, from which the expiry counts. Default: now. */
  readonly modification?: Date;
  /**
   * This expiry is used instead of the session's own expiry, so the session need not be loaded.
   * `null` means `maxAge`.
   */
  readonly expiry?: Expiry;
}

/**
 * The dictionary of a session, modelled on Django's `SessionBase`. {@link DbSession} adds the
 * database.
 *
 * A change deep inside a value (`session.get("cart")?.push(item)`) needs no `set()`, because a save
 * compares the values. The keys are in the order in which they were set. After a load from JSON,
 * keys that look like integers come first.
 */
export abstract class SessionBase<Data extends object> implements Iterable<[Key<Data>, Data[Key<Data>]]> {
  /** Whether the dictionary was read or changed. */
  accessed = false;
  /**
   * Whether a key was set or removed since the last save. A change deep inside a value does not set
   * this flag, but a save writes such a change too.
   */
  modified = false;

  /**
   * A map, because it has no prototype to pollute. `undefined` if the session is not loaded yet.
   * @internal
   */
  protected data: Map<string, unknown> | undefined;
  /**
   * How often `clear()` was called. If the row does not include the last `clear()` yet, a save
   * replaces all data of the row.
   * @internal
   */
  protected clears = 0;

  /**
   * Called at each change that sets `modified`.
   * @internal
   */
  onChange: (() => void) | undefined;

  /** @internal */
  protected readonly config: SessionConfig;

  /** @internal */
  protected constructor(config: SessionConfig) {
    this.config = config;
  }

  /**
   * The session key, or `null` until the session is saved. The key is also the value of the cookie,
   * so keep the key out of logs and pages.
   */
  abstract get sessionKey(): string | null;

  /**
   * The start of `absoluteMaxAge`, in milliseconds since 1970. `undefined` until the session is
   * saved.
   * @internal
   */
  protected abstract get startedAt(): number | undefined;

  /**
   * Returns the value of a key. If the key does not exist, it returns the default, or `undefined`
   * without a default. It does not store the default: to change the default, use `setDefault()`.
   */
  get<K extends keyof Data & string>(key: K): Data[K] | undefined;
  get<K extends keyof Data & string>(key: K, defaultValue: Data[K]): Data[K];
  get<K extends keyof Data & string, Default>(key: K, defaultValue: Default): Data[K] | Default;
  get(key: string, defaultValue?: unknown): unknown {
    return this.has(key as Key<Data>) ? this.dictionary().get(key) : defaultValue;
  }

  /** Whether the key exists, even if its value is `undefined`. */
  has(key: keyof Data & string): boolean {
    const dictionary = this.dictionary();
    return dictionary.has(key) && !isReserved(key) && !isHidden(dictionary.get(key));
  }

  /**
   * Sets a key. Like every change of the dictionary, it is lost if the session is not saved.
   * @throws TypeError for a key that begins with `_session_`
   */
  set<K extends keyof Data & string>(key: K, value: Data[K]): void {
    this.update({ [key]: value } as unknown as Partial<Data>);
  }

  /** Removes a key. If the key does not exist, it changes nothing and returns false. */
  delete(key: keyof Data & string): boolean {
    return !isReserved(key) && this.deleteValue(key);
  }

  /**
   * Removes a key and returns its value. If the key does not exist, it returns the default, or
   * `undefined` without a default.
   *
   * Concurrent requests can all pop the same value, and all can save. If something may happen only
   * once, use `save()` with `onConflict: "error"`, or a unique column.
   */
  pop<K extends keyof Data & string>(key: K): Data[K] | undefined;
  pop<K extends keyof Data & string>(key: K, defaultValue: Data[K]): Data[K];
  pop<K extends keyof Data & string, Default>(key: K, defaultValue: Default): Data[K] | Default;
  pop(key: keyof Data & string, defaultValue?: unknown): unknown {
    const value = this.get(key, defaultValue);
    this.delete(key);
    return value;
  }

  /** Returns the value of a key. If the key does not exist, it first sets the key to `value`. */
  setDefault<K extends keyof Data & string>(key: K, value: Data[K]): Data[K] {
    if (!this.has(key)) this.set(key, value);
    return this.dictionary().get(key) as Data[K];
  }

  /**
   * Sets several keys at once.
   * @throws TypeError if one of the keys begins with `_session_`. Then no key is set.
   */
  update(values: Partial<Data>): void {
    const entries = checkedEntries(values);
    const dictionary = this.dictionary();
    for (const [key, value] of entries) dictionary.set(key, value);
    this.changed();
  }

  /**
   * Removes all data, including flash values and the expiry of `setExpiry()`. The session need not
   * be loaded, and keeps its key. The next save replaces all data of the row, even if another
   * request has changed the row.
   *
   * To sign out, call `flush()` instead. After `clear()`, a request in flight merges its change
   * into the cleared row.
   */
  clear(): void {
    this.data = new Map();
    this.clears++;
    this.accessed = true;
    this.changed();
  }

  /** The keys, as a new array. */
  keys(): Key<Data>[] {
    return this.entries().map(([key]) => key);
  }

  /** The values, in the order of their keys. They are the values of the session, not copies. */
  values(): Data[Key<Data>][] {
    return this.entries().map(([, value]) => value);
  }

  /** The pairs of key and value, like Django's `items()`. */
  entries(): [Key<Data>, Data[Key<Data>]][] {
    const visible = [...this.dictionary()].filter(([key, value]) => !isReserved(key) && !isHidden(value));
    return visible as [Key<Data>, Data[Key<Data>]][];
  }

  /** Iterates over the entries, like a `Map`. */
  [Symbol.iterator](): Iterator<[Key<Data>, Data[Key<Data>]]> {
    return this.entries()[Symbol.iterator]();
  }

  /**
   * Returns a plain object of the entries, without the session key. `JSON.stringify(session)` uses
   * this method.
   */
  toJSON(): Partial<Data> {
    return Object.fromEntries(this.entries()) as Partial<Data>;
  }

  /**
   * Whether the session has neither a key nor data. The session need not be loaded, and the call
   * does not set `accessed`.
   */
  isEmpty(): boolean {
    return this.sessionKey === null && (this.data?.size ?? 0) === 0;
  }

  /**
   * Sets a test value. If a later request finds this value (`testCookieWorked()`), the browser
   * accepts cookies.
   */
  setTestCookie(): void {
    this.setValue(TEST_COOKIE, TEST_COOKIE_VALUE);
  }

  /** Whether the session contains the test value of `setTestCookie()`. */
  testCookieWorked(): boolean {
    return this.dictionary().get(TEST_COOKIE) === TEST_COOKIE_VALUE;
  }

  /** Removes the test value of `setTestCookie()`. */
  deleteTestCookie(): void {
    this.deleteValue(TEST_COOKIE);
  }

  /** Keeps a value for the next read, in this request or in a later request. */
  flash(key: string, value: unknown): void;
  /**
   * Reads a flash value and removes it. Like every change, the removal is lost if the session is
   * not saved. Concurrent requests can all get the same value, as with `pop()`. So show the value
   * to the user, but do nothing with it that may happen only once.
   */
  flash(key: string): unknown;
  flash(key: string, ...given: [unknown?]): unknown {
    const name = flashKey(key);
    if (given.length > 0) return this.setValue(name, given[0]);
    const value = this.dictionary().get(name);
    this.deleteValue(name);
    return value;
  }

  /** The number of seconds from `modification` until the session expires. */
  getExpiryAge({ modification = this.config.now(), expiry }: ExpiryOptions = {}): number {
    const { maxAge } = this.config;
    if (expiry !== undefined) return expiryAge(expiry, modification, maxAge);
    const data = this.dictionary();
    const age = expiryAge(ownExpiry(data), modification, maxAge);
    const end = absoluteEnd(this.startedAt ?? modification.getTime(), this.config);
    return end ? Math.min(age, expiryAge(end, modification, maxAge)) : age;
  }

  /**
   * The time when the session expires if `modification` is its last change. Without the option
   * `expiry`, it is never later than `absoluteMaxAge` allows.
   */
  getExpiryDate({ modification = this.config.now(), expiry }: ExpiryOptions = {}): Date {
    if (expiry !== undefined) return expiryDate(expiry, modification, this.config.maxAge);
    return sessionExpiryDate(this.dictionary(), this.startedAt, modification, this.config);
  }

  /**
   * Sets the expiry of this session alone. Like every change, it is lost if the session is not
   * saved.
   * - A number: so many seconds after the last save.
   * - A `Date`: at this time.
   * - 0: when the browser closes. The row then lives for `maxAge`.
   * - `null`: as the options `maxAge` and `expireAtBrowserClose` say.
   * @throws TypeError for any other value
   */
  setExpiry(value: Expiry): void {
    checkExpiry(value);
    if (value === null) this.deleteValue(EXPIRY);
    else this.setValue(EXPIRY, encodeExpiry(value));
  }

  /**
   * Whether the browser deletes the cookie when it closes, because of `setExpiry(0)` or of the
   * option `expireAtBrowserClose`.
   */
  getExpireAtBrowserClose(): boolean {
    return expiresWithBrowser(this.dictionary(), this.config);
  }

  /**
   * Whether `markAuthenticated()` was called within the last `seconds` seconds. Check this before a
   * sensitive action. If it returns false, ask for the password again.
   */
  isFresh(seconds: number): boolean {
    const at = this.authenticatedAt;
    // If another server's clock is ahead, the time lies in the future. Such a time must not count
    // for longer than a time in the past.
    return at !== undefined && Math.abs(this.config.now().getTime() - at) < seconds * 1000;
  }

  /**
   * The time of the last `markAuthenticated()`, in milliseconds since 1970.
   * @internal
   */
  protected get authenticatedAt(): number | undefined {
    const at = this.dictionary().get(AUTHENTICATED);
    return typeof at === "number" ? at : undefined;
  }

  /**
   * The dictionary with the reserved keys. Every call sets `accessed`.
   * @internal
   */
  protected dictionary(): Map<string, unknown> {
    if (!this.data) {
      throw new SessionNotLoadedError(
        "The session has not been loaded. Call `await session.load()` before using its data.",
      );
    }
    this.accessed = true;
    return this.data;
  }

  private setValue(key: string, value: unknown): void {
    this.dictionary().set(key, value);
    this.changed();
  }

  private deleteValue(key: string): boolean {
    const deleted = this.dictionary().delete(key);
    if (deleted) this.changed();
    return deleted;
  }

  private changed(): void {
    this.modified = true;
    this.onChange?.();
  }
}

/** @throws TypeError for a key that begins with `_session_` */
export function checkedEntries(values: object): [key: string, value: unknown][] {
  const entries = Object.entries(values);
  const reserved = entries.find(([key]) => isReserved(key));
  if (!reserved) return entries;
  const name = JSON.stringify(reserved[0]);
  throw new TypeError(`The key ${name} is reserved. Choose one that does not begin with "_session_".`);
}
