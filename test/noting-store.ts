import { memoryStore, type SessionStore } from "prisma-db-session";
import type { OwnStore } from "./stores.ts";

/**
 * Makes the next update throw after it was applied, and after what happens concurrently: its answer
 * is lost.
 */
export function loseNextAnswer(store: SessionStore, error: Error, concurrently: () => Promise<void>): void {
  const update = store.update.bind(store);
  store.update = async (...args) => {
    store.update = update;
    await update(...args);
    await concurrently();
    throw error;
  };
}

/**
 * A memory store that notes which verbs were called: one for each statement that a database would
 * get.
 */
export function notingStore() {
  const calls: string[] = [];
  const store = memoryStore();
  const noting = Object.fromEntries(
    Object.entries<(...args: never[]) => unknown>(store).map(([verb, run]) => [
      verb,
      (...args: never[]) => {
        calls.push(verb);
        return run(...args);
      },
    ]),
  ) as unknown as OwnStore;
  return { store: noting, calls };
}
