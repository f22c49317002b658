import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { prisma8Store } from "prisma-db-session/prisma-8";
import { inject } from "vitest";
import { connectPrisma8, type OnQuery, type Prisma8Provider } from "../prisma-8/client.ts";
import { notInstalled } from "../prisma-8/installed.ts";
import { adapters } from "./adapters.ts";
import { testDatabase } from "./client.ts";
import { prisma8Migration, runSql, statementsIn, uniqueName, withDatabase } from "./sql.ts";
import type { Table } from "./table.ts";
import type { AnyTestClient, Database, TestDatabase } from "./types.ts";

const server = inject("postgresql");
const [nodeMajor = 0] = process.versions.node.split(".").map(Number);
const noServer = "skipReason" in server ? server.skipReason : undefined;
const noSqlite = nodeMajor < 22 ? "Prisma 8 on SQLite needs Node.js 22 or newer" : undefined;

/** Sessions through Prisma 8 on a database that Prisma 8's migration made. */
export const prisma8With = <Client extends AnyTestClient>(table: Table<Client>): readonly Database<Client>[] => [
  entry("PostgreSQL with Prisma 8", "postgresql", noServer, () => createPostgresql(table)),
  entry("SQLite with Prisma 8", "sqlite", noSqlite, () => createSqlite(table)),
];

function entry<Client extends AnyTestClient>(
  name: Database["name"],
  provider: Prisma8Provider,
  skipReason: string | undefined,
  create: () => Promise<TestDatabase<Client>>,
): Database<Client> {
  const reason = notInstalled ?? skipReason;
  return { name, provider, prisma: 8, ...(reason !== undefined && { skipReason: reason }), create };
}

async function createPostgresql<Client extends AnyTestClient>(table: Table<Client>): Promise<TestDatabase<Client>> {
  if (!("url" in server)) throw new Error(server.skipReason);
  const name = uniqueName("t");
  const created = withDatabase(server.url, name);
  await runSql(adapters.postgresql(server.url), [`CREATE DATABASE ${name}`]);
  // Prisma 7 writes and reads `timestamptz` rightly in UTC alone.
  await runSql(adapters.postgresql(created), [`ALTER DATABASE ${name} SET TimeZone TO 'UTC'`]);
  await runSql(adapters.postgresql(created), await statementsOf(table, "postgresql"));
  const remove = () => runSql(adapters.postgresql(server.url), [`DROP DATABASE ${name} WITH (FORCE)`]);
  return withPrisma8(await testDatabase({ provider: "postgresql", url: created, table, remove }), table, "postgresql");
}

async function createSqlite<Client extends AnyTestClient>(table: Table<Client>): Promise<TestDatabase<Client>> {
  const directory = await mkdtemp(join(tmpdir(), "prisma-db-session-sqlite-"));
  const url = `file:${join(directory, "test.db")}`;
  await runSql(adapters.sqlite(url), ["PRAGMA journal_mode=WAL", ...(await statementsOf(table, "sqlite"))]);
  const remove = () => rm(directory, { recursive: true });
  return withPrisma8(await testDatabase({ provider: "sqlite", url, table, remove }), table, "sqlite");
}

/** The same database, with stores of Prisma 8. */
async function withPrisma8<Client extends AnyTestClient>(
  database: TestDatabase<Client>,
  table: Table<Client>,
  provider: Prisma8Provider,
): Promise<TestDatabase<Client>> {
  const { prisma, connect, drop, url } = database;
  const queries: string[] = [];
  const connections: { close(): Promise<void> }[] = [];
  const open = async (onQuery: OnQuery) => {
    const connection = await connectPrisma8({ provider, url, contract: table.contract, onQuery });
    connections.push(connection);
    return connection;
  };
  const { model, transaction } = await open((sql) => queries.push(sql));
  return {
    prisma,
    connect,
    queries,
    url,
    store: () => prisma8Store(model),
    connectStore: async (onQuery = () => {}) => (await open(onQuery)).store,
    inTransaction: (run) => transaction((model) => run(prisma8Store(model))),
    async drop() {
      await Promise.all(connections.map((connection) => connection.close()));
      await drop();
    },
  };
}

/** What Prisma 8 would run for the checked-in migration, without its engine. */
async function statementsOf(
  { contract }: Pick<Table<never>, "contract">,
  provider: Prisma8Provider,
): Promise<string[]> {
  const statements = await prisma8Migration(provider);
  if (contract === "session") return statements;
  return [...statements, ...(await statementsIn(new URL(`owned/prisma-8-${provider}.sql`, import.meta.url)))];
}
