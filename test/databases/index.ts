import { afterAll, beforeAll, beforeEach, describe } from "vitest";
import { skippedBecause } from "../skipped.ts";
import { mariadbWith } from "./mariadb.ts";
import { postgresqlWith } from "./postgresql.ts";
import { prisma8With } from "./prisma-8.ts";
import { sqliteWith } from "./sqlite.ts";
import { ownedTable, sessionTable, type Table } from "./table.ts";
import type { AnyTestClient, Database, OwnedTestClient, TestClient, TestDatabase } from "./types.ts";

export type { Database, TestDatabase } from "./types.ts";

const prisma7With = <Client extends AnyTestClient>(table: Table<Client>): readonly Database<Client>[] => [
  sqliteWith(table),
  postgresqlWith(table),
  mariadbWith(table),
];

/**
 * Every database that the package supports and the tests know, through each Prisma that it is tested with. Also those
 * that cannot be had here: see `skipReason`.
 */
export const databases: readonly Database[] = [...prisma7With(sessionTable), ...prisma8With(sessionTable)];

/**
 * A `describe` for each database, on a database of its own. Each test begins with an empty session table and
 * an empty query log. What cannot be had is skipped, with the reason in the title.
 *
 * @example
 * describeEachDatabase("find", (db) => {
 *   it("is one statement", async () => {
 *     await db().store().find("key");
 *     expect(db().queries).toHaveLength(1);
 *   });
 * });
 */
export function describeEachDatabase(title: string, tests: Tests<TestClient>): void {
  describeEach(databases, title, tests);
}

/** The same on a session table with columns of the user's own: `userId`, `address`, `userAgent` and `createdAt`, as in `owned/`. */
export function describeEachOwnedDatabase(title: string, tests: Tests<OwnedTestClient>): void {
  describeEach([...prisma7With(ownedTable), ...prisma8With(ownedTable)], title, tests);
}

/** Like `describeEachDatabase`, for what is about a client of Prisma 7 and its models. */
export function describeEachPrisma7Database(title: string, tests: Tests<TestClient>): void {
  describeEach(prisma7With(sessionTable), title, tests);
}

/** Like `describeEachOwnedDatabase`, for what is about a client of Prisma 7 and its models. */
export function describeEachPrisma7OwnedDatabase(title: string, tests: Tests<OwnedTestClient>): void {
  describeEach(prisma7With(ownedTable), title, tests);
}

type Tests<Client> = (db: () => TestDatabase<Client>, database: Database<Client>) => void;

function describeEach<Client extends AnyTestClient>(
  list: readonly Database<Client>[],
  title: string,
  tests: Tests<Client>,
): void {
  for (const database of list) {
    if (database.skipReason !== undefined) {
      // An empty suite would be an error: the tests are declared, and none of their hooks runs.
      describe.skip(`${title} on ${database.name}${skippedBecause(database.skipReason)}`, () =>
        tests(unavailable, database));
      continue;
    }
    describe(`${title} on ${database.name}`, () => {
      let current: TestDatabase<Client> | undefined;
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
