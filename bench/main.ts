import { parseArgs } from "node:util";
import { createMariadb, createPostgresql, createSqlite } from "../test/databases/create.ts";
import { startOwnMariadb } from "../test/databases/mariadb-server.ts";
import type { TestDatabase } from "../test/databases/types.ts";
import { benchCapacity } from "./capacity.ts";
import { benchCodecs } from "./codecs.ts";
import { benchConflicts } from "./conflicts.ts";
import { benchLoad } from "./load.ts";
import { benchPostgres } from "./postgres.ts";
import type { Result } from "./result.ts";
import { benchRow } from "./row.ts";
import { benchSave } from "./save.ts";
import { table } from "./table.ts";
import { benchWriters } from "./writers.ts";

const USAGE = `npm run bench -- [--json] [--capacity] [database ...]

The databases are sqlite (the default), postgresql and mariadb. TEST_POSTGRES_URL and TEST_MYSQL_URL
name running servers. Without these variables, the benchmark starts servers of its own. The two sides
of a ratio take turns within one run. So you can compare ratios between machines, but not times.
Goals are only goals: no test compares them. --capacity measures PostgreSQL instead: the bytes of a
session, the processor time of a load and a save, the write-ahead log and the clearing.`;

/** A database for the benchmarks, and the function that stops its server. */
interface Bench {
  readonly db: TestDatabase;
  readonly stop: () => Promise<void>;
}

const DATABASES = {
  sqlite: async (): Promise<Bench> => ({ db: await createSqlite(), stop: async () => {} }),
  async postgresql(): Promise<Bench> {
    const { url, stop } = await benchPostgres();
    return { db: await createPostgresql(url), stop };
  },
  async mariadb(): Promise<Bench> {
    const { TEST_MYSQL_URL } = process.env;
    if (TEST_MYSQL_URL) return { db: await createMariadb(TEST_MYSQL_URL), stop: async () => {} };
    const { url, stop } = await startOwnMariadb([]);
    return { db: await createMariadb(url), stop };
  },
};

async function main(args: readonly string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: { json: { type: "boolean" }, capacity: { type: "boolean" }, help: { type: "boolean" } },
    allowPositionals: true,
  });
  const names = positionals.length > 0 ? positionals : ["sqlite"];
  if (values.help || !names.every(isDatabase)) {
    console.error(USAGE);
    process.exitCode = values.help ? 0 : 1;
    return;
  }
  const results = values.capacity ? await capacity() : await ratios(names);
  console.log(values.json ? JSON.stringify(results, null, 2) : table(results));
}

async function ratios(names: readonly (keyof typeof DATABASES)[]): Promise<(Result & { database?: string })[]> {
  const results: (Result & { database?: string })[] = [await benchRow(), ...(await benchCodecs())];
  for (const name of names) {
    for (const result of await onDatabase(name)) results.push({ database: name, ...result });
  }
  return results;
}

async function capacity(): Promise<Result[]> {
  const { db, stop } = await DATABASES.postgresql();
  try {
    return await benchCapacity(db);
  } finally {
    await db.drop();
    await stop();
  }
}

const isDatabase = (name: string): name is keyof typeof DATABASES => name in DATABASES;

async function onDatabase(name: keyof typeof DATABASES): Promise<Result[]> {
  const { db, stop } = await DATABASES[name]();
  try {
    const prisma = await db.connect({ logs: false });
    return [
      ...(await benchSave(prisma)),
      await benchLoad(db),
      ...(await benchWriters(prisma)),
      await benchConflicts(db),
    ];
  } finally {
    await db.drop();
    await stop();
  }
}

await main(process.argv.slice(2));
