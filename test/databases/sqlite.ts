import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PrismaLibSql } from "@prisma/adapter-libsql";
import { testDatabase } from "./client.ts";
import { migration, runSql } from "./sql.ts";
import type { Database } from "./types.ts";

// Without a busy timeout libsql loses writes that it has acknowledged, as soon as two connections meet.
const adapter = (url: string) => new PrismaLibSql({ url, timeout: 5000 });

export const sqlite: Database = {
  name: "SQLite",
  provider: "sqlite",
  async create() {
    const statements = await migration("sqlite");
    const directory = await mkdtemp(join(tmpdir(), "prisma-db-session-sqlite-"));
    const url = `file:${join(directory, "test.db")}`;
    await runSql(adapter(url), ["PRAGMA journal_mode=WAL", ...statements]);
    const remove = () => rm(directory, { recursive: true });
    return testDatabase({ provider: "sqlite", url, adapter, remove });
  },
};
