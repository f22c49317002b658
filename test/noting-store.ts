import { memoryStore, type SessionStore } from "prisma-db-session";

/** Fails the next update: its answer is lost after it was carried out, and after what happens meanwhile. */
export function loseNextAnswer(store: SessionStore, error: Error, meanwhile: () => Promise<void>): void {
  const update = store.update.bind(store);
  store.update = async (...args) => {
    store.update = update;
    await update(...args);
    await meanwhile();
    throw error;
  };
}

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
