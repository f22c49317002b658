import type { TestClient } from "../databases/types.ts";

/** A Prisma model that remembers what it threw. */
export interface WatchedModel {
  readonly model: TestClient["session"];
  /** Whether this very error came from the model: neither wrapped, nor another one instead. */
  threw(error: unknown): boolean;
}

export function watchModel(model: TestClient["session"]): WatchedModel {
  const errors = new Set<unknown>();
  const watched = new Proxy(model, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== "function") return member;
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
  return { model: watched, threw: (error) => errors.has(error) };
}
