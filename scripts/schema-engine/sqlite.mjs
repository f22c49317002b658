import { existsSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { PrismaLibSql } from "@prisma/adapter-libsql";
import { UserError } from "./errors.mjs";

/**
 * @param {string} url `file:` and a path. The path is relative to the working directory, which
 *   the CLI sets to the folder of the config.
 */
export function sqlite(url) {
  const path = resolve(decode(url.replace(/^file:(\/\/(?=\/))?/, "").replace(/\?.*$/, "")));
  return {
    provider: "sqlite",
    adapter: new MigrationLibSql(pathToFileURL(path).href),
    async check() {
      if (!existsSync(path)) throw new UserError(`Database \`${path}\` does not exist.`, "P1003");
    },
    async create() {
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, "", { flag: "a" });
    },
    // The engine's own reset would only delete the rows and keep the tables.
    async reset() {
      for (const suffix of ["", "-journal", "-wal", "-shm"]) await rm(path + suffix, { force: true });
      await this.create();
    },
  };
}

/** Decodes a path as libsql does. If the path is not valid percent-encoding, it stays unchanged. */
function decode(path) {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/** An empty database, for requests that only compare schemas. */
export const emptyDatabase = () => ({ provider: "sqlite", adapter: new MigrationLibSql(":memory:"), async check() {} });

class MigrationLibSql extends PrismaLibSql {
  constructor(url) {
    super({ url, timeout: 5000 });
  }

  async connect() {
    return forMigrations(await super.connect());
  }

  async connectToShadowDb() {
    return forMigrations(await super.connectToShadowDb());
  }
}

function forMigrations(adapter) {
  // The engine reads its table of migrations without knowing whether the table exists. It does not
  // recognise libsql's error for a missing table.
  const queryRaw = adapter.queryRaw.bind(adapter);
  adapter.queryRaw = async (query) => {
    try {
      return await queryRaw(query);
    } catch (error) {
      if (!error.cause?.message?.endsWith("no such table: _prisma_migrations")) throw error;
      await adapter.executeScript(MIGRATIONS_TABLE);
      return queryRaw(query);
    }
  };
  // The engine sends whole migrations to the shadow database with executeRaw(). libsql would run
  // only the first statement.
  const executeRaw = adapter.executeRaw.bind(adapter);
  adapter.executeRaw = async (query) => {
    if (query.args.length > 0) return executeRaw(query);
    await adapter.executeScript(query.sql);
    return 0;
  };
  return adapter;
}

// The table as the engine creates it.
const MIGRATIONS_TABLE = `
  CREATE TABLE "_prisma_migrations" (
    "id"                    TEXT PRIMARY KEY NOT NULL,
    "checksum"              TEXT NOT NULL,
    "finished_at"           DATETIME,
    "migration_name"        TEXT NOT NULL,
    "logs"                  TEXT,
    "rolled_back_at"        DATETIME,
    "started_at"            DATETIME NOT NULL DEFAULT current_timestamp,
    "applied_steps_count"   INTEGER UNSIGNED NOT NULL DEFAULT 0
  )`;
