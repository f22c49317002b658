import { PrismaPg } from "@prisma/adapter-pg";
import { inject } from "vitest";
import { testDatabase } from "./client.ts";
import { migration, runSql, uniqueName, withDatabase } from "./sql.ts";
import type { Database } from "./types.ts";

const server = inject("postgresql");
const adapter = (url: string) => new PrismaPg(url);

export const postgresql: Database = {
  name: "PostgreSQL",
  provider: "postgresql",
  ...("skipReason" in server && { skipReason: server.skipReason }),
  async create() {
    if ("skipReason" in server) throw new Error(server.skipReason);
    const name = uniqueName("t");
    const url = withDatabase(server.url, name);
    await runSql(adapter(server.url), [`CREATE DATABASE ${name}`]);
    await runSql(adapter(url), await migration("postgresql"));
    const remove = () => runSql(adapter(server.url), [`DROP DATABASE ${name} WITH (FORCE)`]);
    return testDatabase({ provider: "postgresql", url, adapter, remove });
  },
};
