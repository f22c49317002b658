import type { SessionStore } from "prisma-db-session";

/** A store that remembers what it threw. */
interface WatchedStore {
  readonly store: SessionStore;
  /** What it threw to the package, which may have retried the statement. */
  readonly errors: ReadonlySet<unknown>;
  /** Whether this very error came from the store: neither wrapped, nor another one instead. */
  threw(error: unknown): boolean;
}

export function watchStore(store: SessionStore): WatchedStore {
  const errors = new Set<unknown>();
  const watched = new Proxy(store, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== "function" || name === "classifyError") return member;
      return async (...args: unknown[]) => {
        try {
          return await member.apply(target, args);
        } catch (error) {
          errors.add(error);
          throw error;
        }
      };
    },
  });
  return { store: watched, errors, threw: (error) => errors.has(error) };
}
