// Makes databases with an empty session table. This file and what it imports know nothing of vitest: benchmarks use them too, and `client.ts`
// serves the processes that tests start.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { adapters } from "./adapters.ts";
import { testDatabase } from "./client.ts";
import { migration, runSql, uniqueName, withDatabase } from "./sql.ts";
import type { TestDatabase } from "./types.ts";

/** A file in a folder of its own. */
export async function createSqlite(): Promise<TestDatabase> {
  const statements = await migration("sqlite");
  const directory = await mkdtemp(join(tmpdir(), "prisma-db-session-sqlite-"));
  const url = `file:${join(directory, "test.db")}`;
  await runSql(adapters.sqlite(url), ["PRAGMA journal_mode=WAL", ...statements]);
  return testDatabase({ provider: "sqlite", url, remove: () => rm(directory, { recursive: true }) });
}

/** A database of the server at this URL. */
export async function createPostgresql(server: string): Promise<TestDatabase> {
  const name = uniqueName("t");
  const url = withDatabase(server, name);
  await runSql(adapters.postgresql(server), [`CREATE DATABASE ${name}`]);
  await runSql(adapters.postgresql(url), await migration("postgresql"));
  const remove = () => runSql(adapters.postgresql(server), [`DROP DATABASE ${name} WITH (FORCE)`]);
  return testDatabase({ provider: "postgresql", url, remove });
}

/** A database of the server at this URL. */
export async function createMariadb(server: string): Promise<TestDatabase> {
  const name = uniqueName("t");
  const url = withDatabase(server, name);
  const run = (on: string, statements: readonly string[]) => runSql(adapters.mysql(oneConnection(on)), statements);
  // The collation that most installations have, and the hard one: 'A' = 'a' there.
  await run(server, [`CREATE DATABASE ${name} CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci`]);
  await run(url, await migration("mysql"));
  return testDatabase({ provider: "mysql", url, remove: () => run(server, [`DROP DATABASE ${name}`]) });
}

/** A pool that ends while it is still opening others forgets those, and nobody catches their errors when the server stops. */
const oneConnection = (url: string) => Object.assign(new URL(url), { search: "connectionLimit=1" }).href;
