import { SessionWarning } from "./session-warning.ts";
import { warnOnce } from "./warn-once.ts";

/**
 * The keys that sign-ins of this process have added, such as `userId`. A sign-out is another
 * request, which cannot see what the sign-in was given.
 */
const shared = globalThis as { [key: symbol]: Set<string> | undefined };
const SIGN_IN_KEYS = Symbol.for("prisma-db-session.signInKeys");

/**
 * Finds a session that is signed out by the deletion of a key, and so keeps its key and the time of
 * its sign-in.
 */
export class SignOutByDelete {
  readonly #deleted = new Map<string, SessionWarning>();

  /**
   * Notes what a sign-in adds to the session: an id or a name. An object, or a key that the visitor
   * had before, is rather a cart.
   */
  signIn(added: object, data: ReadonlyMap<string, unknown> | undefined): void {
    shared[SIGN_IN_KEYS] ??= new Set();
    for (const [key, value] of Object.entries(added)) {
      if (typeof value !== "object" && !data?.has(key)) shared[SIGN_IN_KEYS].add(key);
    }
  }

  /**
   * A key was deleted from a session that is signed in.
   * @param method The method that the user called.
   */
  deleted(key: string, method: (...args: never[]) => unknown): void {
    if (!shared[SIGN_IN_KEYS]?.has(key)) return;
    const warning = new SessionWarning(
      `\`${key}\` was set at the sign-in and is now deleted, but the session goes on: it keeps its key and its other data, ` +
        "and `isFresh()` stays true. To sign out, call `flush()`.",
      method,
    );
    this.#deleted.set(key, warning);
  }

  /**
   * Warns of the keys that are still missing. While another key of the sign-in is left, the user is
   * still signed in: only a mark such as `welcome` was deleted.
   */
  warn(data: ReadonlyMap<string, unknown>): void {
    const isSignedIn = [...(shared[SIGN_IN_KEYS] ?? [])].some((key) => data.has(key));
    for (const [key, warning] of this.#deleted) {
      if (!isSignedIn && !data.has(key)) warnOnce(`sign-out by ${key}`, warning);
    }
    this.clear();
  }

  clear(): void {
    this.#deleted.clear();
  }
}
