import { PrismaMariaDb } from "@prisma/adapter-mariadb";
import { inject } from "vitest";
import { testDatabase } from "./client.ts";
import { migration, runSql, uniqueName, withDatabase } from "./sql.ts";
import type { Database } from "./types.ts";

const server = inject("mariadb");
const adapter = (url: string) => new PrismaMariaDb(url);

export const mariadb: Database = {
  name: "MariaDB",
  provider: "mysql",
  ...("skipReason" in server && { skipReason: server.skipReason }),
  async create() {
    if ("skipReason" in server) throw new Error(server.skipReason);
    const name = uniqueName("t");
    const url = withDatabase(server.url, name);
    // The collation that most installations have, and the hard one: 'A' = 'a' there.
    await runSql(adapter(server.url), [`CREATE DATABASE ${name} CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci`]);
    await runSql(adapter(url), await migration("mysql"));
    const remove = () => runSql(adapter(server.url), [`DROP DATABASE ${name}`]);
    return testDatabase({ provider: "mysql", url, adapter, remove });
  },
};
