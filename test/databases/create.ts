// Makes databases with an empty session table. This file and what it imports know nothing of vitest: benchmarks use them too, and `client.ts`
// serves the processes that tests start.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { adapters } from "./adapters.ts";
import { testDatabase } from "./client.ts";
import { runSql, uniqueName, withDatabase } from "./sql.ts";
import { sessionTable, type Table } from "./table.ts";
import type { AnyTestClient, TestDatabase } from "./types.ts";

export const createSqlite = () => createSqliteWith(sessionTable);
export const createPostgresql = (server: string) => createPostgresqlWith(sessionTable, server);
export const createMariadb = (server: string) => createMariadbWith(sessionTable, server);

/** A file in a folder of its own. */
export async function createSqliteWith<Client extends AnyTestClient>(
  table: Table<Client>,
): Promise<TestDatabase<Client>> {
  const statements = await table.statements("sqlite");
  const directory = await mkdtemp(join(tmpdir(), "prisma-db-session-sqlite-"));
  const url = `file:${join(directory, "test.db")}`;
  await runSql(adapters.sqlite(url), ["PRAGMA journal_mode=WAL", ...statements]);
  return testDatabase({ provider: "sqlite", url, table, remove: () => rm(directory, { recursive: true }) });
}

/** A database of the server at this URL. */
export async function createPostgresqlWith<Client extends AnyTestClient>(
  table: Table<Client>,
  server: string,
): Promise<TestDatabase<Client>> {
  const name = uniqueName("t");
  const url = withDatabase(server, name);
  await runSql(adapters.postgresql(server), [`CREATE DATABASE ${name}`]);
  await runSql(adapters.postgresql(url), await table.statements("postgresql"));
  const remove = () => runSql(adapters.postgresql(server), [`DROP DATABASE ${name} WITH (FORCE)`]);
  return testDatabase({ provider: "postgresql", url, table, remove });
}

/** A database of the server at this URL. */
export async function createMariadbWith<Client extends AnyTestClient>(
  table: Table<Client>,
  server: string,
): Promise<TestDatabase<Client>> {
  const name = uniqueName("t");
  const url = withDatabase(server, name);
  const run = (on: string, statements: readonly string[]) => runSql(adapters.mysql(oneConnection(on)), statements);
  // The collation that most installations have, and the hard one: 'A' = 'a' there.
  await run(server, [`CREATE DATABASE ${name} CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci`]);
  await run(url, await table.statements("mysql"));
  return testDatabase({ provider: "mysql", url, table, remove: () => run(server, [`DROP DATABASE ${name}`]) });
}

/** A pool that ends while it is still opening others forgets those, and nobody catches their errors when the server stops. */
const oneConnection = (url: string) => Object.assign(new URL(url), { search: "connectionLimit=1" }).href;
