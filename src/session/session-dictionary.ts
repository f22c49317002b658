import { SessionNotLoadedError } from "../errors.ts";
import { isHidden } from "../record/hidden-value.ts";
import { checkedEntries, isReserved } from "../record/reserved.ts";

/**
 * The parameters do not use this alias, but `keyof Data & string`. Then the compile error for a
 * misspelt key lists the keys.
 */
type Key<Data> = keyof Data & string;

/**
 * The dictionary of a session, as in Django's `SessionBase`.
 *
 * A change deep inside a value (`session.get("cart")?.push(item)`) needs no `set()`, because a save
 * compares the values. The keys are in the order in which they were set. After a load from JSON,
 * keys that look like integers come first.
 */
export abstract class SessionDictionary<Data extends object> implements Iterable<[Key<Data>, Data[Key<Data>]]> {
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

  /**
   * The session key, or `null` until the session is saved. The key is also the value of the cookie,
   * so keep the key out of logs and pages.
   */
  abstract get sessionKey(): string | null;

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
  // Not `Partial<Data>`: the compiler's message for a wrong key is to list the keys.
  update(values: { [Name in keyof Data]?: Data[Name] }): void {
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

  /** @internal */
  protected setValue(key: string, value: unknown): void {
    this.dictionary().set(key, value);
    this.changed();
  }

  /** @internal */
  protected deleteValue(key: string): boolean {
    const deleted = this.dictionary().delete(key);
    if (deleted) this.changed();
    return deleted;
  }

  private changed(): void {
    this.modified = true;
    this.onChange?.();
  }
}
