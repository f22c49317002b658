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
  // The collation that most installations have, and the hard one: 'A' = 'a' there.
  await runSql(adapters.mysql(server), [`CREATE DATABASE ${name} CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci`]);
  await runSql(adapters.mysql(url), await migration("mysql"));
  const remove = () => runSql(adapters.mysql(server), [`DROP DATABASE ${name}`]);
  return testDatabase({ provider: "mysql", url, remove });
}
