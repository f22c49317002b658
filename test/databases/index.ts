import { afterAll, beforeAll, beforeEach, describe } from "vitest";
import { mariadb } from "./mariadb.ts";
import { postgresql } from "./postgresql.ts";
import { sqlite } from "./sqlite.ts";
import type { Database, TestDatabase } from "./types.ts";

export type { Database, TestDatabase } from "./types.ts";

/** Every database that the package supports and the tests know, also those that cannot be had here: see `skipReason`. */
export const databases: readonly Database[] = [sqlite, postgresql, mariadb];

/**
 * A `describe` for each database, on a database of its own. Each test begins with an empty session table and
 * an empty query log. What cannot be had is skipped, with the reason in the title.
 *
 * @example
 * describeEachDatabase("clearExpired", (db) => {
 *   it("is one statement", async () => {
 *     await clearExpired(db().prisma.session);
 *     expect(db().queries).toHaveLength(1);
 *   });
 * });
 */
export function describeEachDatabase(title: string, tests: (db: () => TestDatabase, database: Database) => void): void {
  for (const database of databases) {
    if (database.skipReason !== undefined) {
      // An empty suite would be an error: the tests are declared, and none of their hooks runs.
      describe.skip(`${title} on ${database.name} (skipped: ${database.skipReason})`, () =>
        tests(unavailable, database));
      continue;
    }
    describe(`${title} on ${database.name}`, () => {
      let current: TestDatabase | undefined;
      beforeAll(async () => {
        current = await database.create();
      });
      beforeEach(async () => {
        await current?.prisma.session.deleteMany();
        if (current) current.queries.length = 0;
      });
      afterAll(() => current?.drop());
      tests(() => current ?? unavailable(), database);
    });
  }
}

function unavailable(): never {
  throw new Error("The database is there in tests and hooks only. Call db() inside them.");
}
