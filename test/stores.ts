import { memoryStore } from "prisma-db-session";
import { beforeEach, describe } from "vitest";
import { describeEachDatabase } from "./databases/index.ts";

/** A store of the package: it has the optional verbs too. */
export type OwnStore = ReturnType<typeof memoryStore>;

/** A store with an empty table, as two actors see it. */
export interface TestStores {
  readonly store: OwnStore;
  /** The same table through a client with connections of its own. */
  readonly otherStore: OwnStore;
}

/** A `describe` for the memory store and for each database. */
export function describeEachStore(
  title: string,
  tests: (stores: () => TestStores, about: { readonly isMemory: boolean }) => void,
): void {
  describe(`${title} in memory`, () => {
    let store: OwnStore;
    beforeEach(() => {
      store = memoryStore();
    });
    tests(() => ({ store, otherStore: store }), { isMemory: true });
  });

  describeEachDatabase(title, (db) => {
    let otherStore: OwnStore | undefined;
    beforeEach(async () => {
      otherStore ??= await db().connectStore();
    });
    const connectedStores = () => {
      if (!otherStore) throw new Error("Call stores() inside a test.");
      return { store: db().store(), otherStore };
    };
    tests(connectedStores, { isMemory: false });
  });
}
