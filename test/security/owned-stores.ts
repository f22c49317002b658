import { memoryStore } from "prisma-db-session";
import { beforeEach, describe } from "vitest";
import { describeEachOwnedDatabase } from "../databases/index.ts";
import type { TestStores } from "../stores.ts";

/** A `describe` for the memory store and for each database, with the column `userId`. */
export function describeEachOwnedStore(title: string, tests: (stores: () => TestStores) => void): void {
  describe(`${title} in memory`, () => {
    tests(() => {
      const store = memoryStore();
      return { store, otherStore: store };
    });
  });

  describeEachOwnedDatabase(title, (db) => {
    let otherStore: TestStores["otherStore"] | undefined;
    beforeEach(async () => {
      otherStore ??= await db().connectStore();
    });
    tests(() => {
      if (!otherStore) throw new Error("The stores are there in tests only.");
      return { store: db().store(), otherStore };
    });
  });
}
