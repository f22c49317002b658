import { memoryStore, type SessionStore } from "prisma-db-session";

/** A memory store that notes which verbs were called: as many as there would be statements. */
export function notingStore() {
  const calls: string[] = [];
  const store = memoryStore();
  const noting = Object.fromEntries(
    Object.entries(store).map(([verb, run]) => [
      verb,
      (...args: unknown[]) => {
        calls.push(verb);
        return run(...args);
      },
    ]),
  ) as unknown as SessionStore;
  return { store: noting, calls };
}
