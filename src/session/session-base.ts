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
import { AUTHENTICATED, EXPIRY, flashKey, TEST_COOKIE } from "../record/reserved.ts";
import type { SessionConfig } from "../record/session-config.ts";
import { SessionDictionary } from "./session-dictionary.ts";

const TEST_COOKIE_VALUE = "worked";

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
 * A session without its row, modelled on Django's `SessionBase`: the dictionary, the expiry and the
 * time of authentication. {@link DbSession} adds the database.
 */
export abstract class SessionBase<Data extends object> extends SessionDictionary<Data> {
  /** @internal */
  protected readonly config: SessionConfig;

  /** @internal */
  protected constructor(config: SessionConfig) {
    super();
    this.config = config;
  }

  /**
   * The start of `absoluteMaxAge`, in milliseconds since 1970. `undefined` until the session is
   * saved.
   * @internal
   */
  protected abstract get startedAt(): number | undefined;

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
}
