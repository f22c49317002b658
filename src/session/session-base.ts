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
import { AUTHENTICATED, EXPIRY, flashKey, isReserved } from "../record/reserved.ts";
import type { SessionConfig } from "../record/session-config.ts";

const TEST_COOKIE_NAME = "testcookie";
const TEST_COOKIE_VALUE = "worked";

type Key<Data> = keyof Data & string;

/** For `getExpiryAge` and `getExpiryDate`. */
export interface ExpiryOptions {
  /** When the session counts as last changed. Default: now. */
  readonly modification?: Date;
  /** Used instead of the session's own expiry, without loading it; `null` stands for `maxAge`. */
  readonly expiry?: Expiry;
}

/**
 * The dictionary that a request works on, after Django's `SessionBase`; {@link DbSession} adds the database.
 *
 * A change deep inside a value (`session.get("cart")?.push(item)`) needs no `set`: saving compares values. Keys are in the order they were
 * set; once loaded from JSON, keys that look like integers come first.
 */
export abstract class SessionBase<Data extends object> implements Iterable<[Key<Data>, Data[Key<Data>]]> {
  /** Whether the dictionary was used at all. */
  accessed = false;
  /** Whether something was set or removed since the last save. Changes deep inside a value do not show here, but are saved all the same. */
  modified = false;

  /**
   * A map has no prototype to pollute. Undefined: not loaded yet.
   * @internal
   */
  protected data: Map<string, unknown> | undefined;
  /**
   * How often `clear()` was called. A save replaces all that the row holds if the row does not include the last one.
   * @internal
   */
  protected clears = 0;

  /**
   * Called at each change that `modified` shows.
   * @internal
   */
  onChange: (() => void) | undefined;

  /** @internal */
  protected readonly config: SessionConfig;

  /** @internal */
  protected constructor(config: SessionConfig) {
    this.config = config;
  }

  /** The session key, which is also the cookie's value: keep it out of logs and pages. `null` until the session is saved. */
  abstract get sessionKey(): string | null;

  /**
   * Where `absoluteMaxAge` counts from, in milliseconds since 1970. `undefined` until the session is saved.
   * @internal
   */
  protected abstract get startedAt(): number | undefined;

  /** The value of a key, or the default given, or `undefined`. */
  get<K extends Key<Data>>(key: K): Data[K] | undefined;
  get<K extends Key<Data>>(key: K, defaultValue: Data[K]): Data[K];
  get<K extends Key<Data>, Default>(key: K, defaultValue: Default): Data[K] | Default;
  get(key: string, defaultValue?: unknown): unknown {
    return this.has(key as Key<Data>) ? this.dictionary().get(key) : defaultValue;
  }

  /** Whether there is such a key, whatever its value. */
  has(key: Key<Data>): boolean {
    return this.dictionary().has(key) && !isReserved(key);
  }

  /**
   * Sets a key. Lasts once the session is saved, like every change of the dictionary.
   * @throws TypeError for a key that begins with `_session_`
   */
  set<K extends Key<Data>>(key: K, value: Data[K]): void {
    this.update({ [key]: value } as unknown as Partial<Data>);
  }

  /** Removes a key. False, and nothing modified, when there is no such key. */
  delete(key: Key<Data>): boolean {
    return this.has(key) && this.deleteValue(key);
  }

  /**
   * Removes a key and returns its value, or the default given, or `undefined`.
   *
   * Concurrent requests can all pop the same value, and all save. For what may happen only once, use `save()` with
   * `onConflict: "error"`, or a unique column.
   */
  pop<K extends Key<Data>>(key: K): Data[K] | undefined;
  pop<K extends Key<Data>>(key: K, defaultValue: Data[K]): Data[K];
  pop<K extends Key<Data>, Default>(key: K, defaultValue: Default): Data[K] | Default;
  pop(key: Key<Data>, defaultValue?: unknown): unknown {
    const value = this.get(key, defaultValue);
    this.delete(key);
    return value;
  }

  /** The value of a key, which is set to the one given if it is not there yet. */
  setDefault<K extends Key<Data>>(key: K, value: Data[K]): Data[K] {
    if (!this.has(key)) this.set(key, value);
    return this.dictionary().get(key) as Data[K];
  }

  /**
   * Sets several keys at once.
   * @throws TypeError, and nothing is set, if one of them begins with `_session_`
   */
  update(values: Partial<Data>): void {
    const entries = checkedEntries(values);
    const dictionary = this.dictionary();
    for (const [key, value] of entries) dictionary.set(key, value);
    this.changed();
  }

  /**
   * Removes everything, flash values and an expiry of the session's own included. Needs no loading; the key stays. The next save replaces
   * whatever is in the row by then. This is no sign-out, for only `flush()` ends a session: a request in flight that has changed something
   * merges its change back into the cleared row.
   */
  clear(): void {
    this.data = new Map();
    this.clears++;
    this.accessed = true;
    this.changed();
  }

  /** The keys, as an array of this moment. */
  keys(): Key<Data>[] {
    return this.entries().map(([key]) => key);
  }

  /** The values, in the order of their keys. They are the session's own, not copies. */
  values(): Data[Key<Data>][] {
    return this.entries().map(([, value]) => value);
  }

  /** The keys with their values: Django's `items()`. */
  entries(): [Key<Data>, Data[Key<Data>]][] {
    const visible = [...this.dictionary()].filter(([key]) => !isReserved(key));
    return visible as [Key<Data>, Data[Key<Data>]][];
  }

  /** Over the entries, as of a `Map`. */
  [Symbol.iterator](): Iterator<[Key<Data>, Data[Key<Data>]]> {
    return this.entries()[Symbol.iterator]();
  }

  /** A plain object of the entries, which `JSON.stringify(session)` uses too. The key of the session is not in it. */
  toJSON(): Partial<Data> {
    return Object.fromEntries(this.entries()) as Partial<Data>;
  }

  /** Whether there is neither a key nor data. Needs no loading, and does not count as access. */
  isEmpty(): boolean {
    return this.sessionKey === null && (this.data?.size ?? 0) === 0;
  }

  /** Puts a value into the session that shows, at a later request, that the browser accepts cookies. */
  setTestCookie(): void {
    this.setValue(TEST_COOKIE_NAME, TEST_COOKIE_VALUE);
  }

  /** Whether the value of `setTestCookie()` came back. */
  testCookieWorked(): boolean {
    return this.dictionary().get(TEST_COOKIE_NAME) === TEST_COOKIE_VALUE;
  }

  /** Removes that value again. */
  deleteTestCookie(): void {
    this.deleteValue(TEST_COOKIE_NAME);
  }

  /** Keeps a value for the next read, at this request or at a later one. */
  flash(key: string, value: unknown): void;
  /**
   * Reads a flash value and removes it. The removal is a change like any other: it lasts once the session is saved. As with `pop()`, requests
   * at once may all get it: show it to the user, but do not act on it.
   */
  flash(key: string): unknown;
  flash(key: string, ...given: [unknown?]): unknown {
    const name = flashKey(key);
    if (given.length > 0) return this.setValue(name, given[0]);
    const value = this.dictionary().get(name);
    this.deleteValue(name);
    return value;
  }

  /** Seconds from the modification until the session expires. */
  getExpiryAge({ modification = this.config.now(), expiry }: ExpiryOptions = {}): number {
    const { maxAge } = this.config;
    if (expiry !== undefined) return expiryAge(expiry, modification, maxAge);
    const data = this.dictionary();
    const age = expiryAge(ownExpiry(data), modification, maxAge);
    const end = absoluteEnd(this.startedAt ?? modification.getTime(), this.config);
    return end ? Math.min(age, expiryAge(end, modification, maxAge)) : age;
  }

  /** When the session expires if it is last changed at the modification: never later than `absoluteMaxAge` allows. */
  getExpiryDate({ modification = this.config.now(), expiry }: ExpiryOptions = {}): Date {
    if (expiry !== undefined) return expiryDate(expiry, modification, this.config.maxAge);
    return sessionExpiryDate(this.dictionary(), this.startedAt, modification, this.config);
  }

  /**
   * Gives this session an expiry of its own: a number of seconds after its last save, a fixed `Date`, 0 (until the browser closes; the row
   * then lives for `maxAge`), or `null` to return to the `maxAge` and `expireAtBrowserClose` of the options. Lasts once it is saved.
   * @throws TypeError for anything else
   */
  setExpiry(value: Expiry): void {
    checkExpiry(value);
    if (value === null) this.deleteValue(EXPIRY);
    else this.setValue(EXPIRY, encodeExpiry(value));
  }

  /** Whether the cookie ends with the browser: by `setExpiry(0)`, or by the option `expireAtBrowserClose`. */
  getExpireAtBrowserClose(): boolean {
    return expiresWithBrowser(this.dictionary(), this.config);
  }

  /**
   * Whether the user was authenticated, by `markAuthenticated()`, within the last so many seconds: ask it before what is sensitive, and for
   * the password again if not.
   */
  isFresh(seconds: number): boolean {
    const at = this.authenticatedAt;
    // A time ahead of this clock was noted by another server's: it counts for no longer than one behind.
    return at !== undefined && Math.abs(this.config.now().getTime() - at) < seconds * 1000;
  }

  /**
   * In milliseconds since 1970.
   * @internal
   */
  protected get authenticatedAt(): number | undefined {
    const at = this.dictionary().get(AUTHENTICATED);
    return typeof at === "number" ? at : undefined;
  }

  /**
   * The dictionary with the reserved keys. Every use counts as access.
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
