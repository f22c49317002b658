import { memoryStore, prismaStore } from "prisma-db-session";
import { beforeEach, describe } from "vitest";
import { describeEachDatabase, type TestDatabase } from "./databases/index.ts";

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
    let connected: { readonly db: TestDatabase; readonly otherStore: OwnStore } | undefined;
    beforeEach(async () => {
      connected ??= { db: db(), otherStore: prismaStore((await db().connect()).session) };
    });
    const connectedStores = () => {
      if (!connected) throw new Error("Call stores() inside a test.");
      return { store: prismaStore(connected.db.prisma.session), otherStore: connected.otherStore };
    };
    tests(connectedStores, { isMemory: false });
  });
}
