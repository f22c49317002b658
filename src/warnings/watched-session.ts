import { AUTHENTICATED } from "../record/reserved.ts";
import { DbSession } from "../session/db-session.ts";
import { ChangedDefaults } from "./changed-defaults.ts";
import { SignOutByDelete } from "./sign-out-by-delete.ts";

/**
 * A session in development: it also notes what is usually a mistake. The methods return the very
 * promises of the class itself, because `withSession` notices whether these are awaited.
 */
export class WatchedSession<Data extends object> extends DbSession<Data> {
  readonly #defaults = new ChangedDefaults();
  readonly #signOut = new SignOutByDelete();

  override get<K extends keyof Data & string>(key: K): Data[K] | undefined;
  override get<K extends keyof Data & string>(key: K, defaultValue: Data[K]): Data[K];
  override get<K extends keyof Data & string, Default>(key: K, defaultValue: Default): Data[K] | Default;
  override get(key: keyof Data & string, defaultValue?: unknown): unknown {
    if (!this.has(key)) this.#defaults.add(key, defaultValue, this.get);
    return super.get(key, defaultValue);
  }

  /** Its default is not meant to be stored. */
  override pop<K extends keyof Data & string>(key: K): Data[K] | undefined;
  override pop<K extends keyof Data & string>(key: K, defaultValue: Data[K]): Data[K];
  override pop<K extends keyof Data & string, Default>(key: K, defaultValue: Default): Data[K] | Default;
  override pop(key: keyof Data & string, defaultValue?: unknown): unknown {
    const value = this.has(key) ? super.get(key) : defaultValue;
    this.#delete(key, this.pop);
    return value;
  }

  override update(values: Partial<Data>): void {
    super.update(values);
    this.#defaults.removeStored(this.dictionary());
  }

  override delete(key: keyof Data & string): boolean {
    return this.#delete(key, this.delete);
  }

  #delete(key: keyof Data & string, method: (...args: never[]) => unknown): boolean {
    const isDeleted = super.delete(key);
    if (isDeleted && this.authenticatedAt !== undefined) this.#signOut.deleted(key, method);
    return isDeleted;
  }

  override clear(): void {
    this.#forget();
    super.clear();
  }

  override save(options?: { readonly mustCreate?: boolean }): Promise<void> {
    this.warn();
    return super.save(options);
  }

  override markAuthenticated(data?: Partial<Data>): Promise<void> {
    this.#signOut.signIn(data ?? {}, this.data);
    return super.markAuthenticated(data);
  }

  override flush(): Promise<void> {
    this.#forget();
    return super.flush();
  }

  /** Prints the warnings that are due. Called at each save, and at the end of a request. */
  warn(): void {
    if (!this.data) return;
    this.#defaults.removeStored(this.data);
    this.#defaults.warn();
    // Not by `authenticatedAt`, which would set `accessed`.
    if (this.data.has(AUTHENTICATED)) this.#signOut.warn(this.data);
  }

  #forget(): void {
    this.#defaults.clear();
    this.#signOut.clear();
  }
}
