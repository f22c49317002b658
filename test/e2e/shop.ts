import { readFileSync } from "node:fs";
import { mkdtemp, readdir, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { PrismaLibSql } from "@prisma/adapter-libsql";
import { PrismaClient } from "../../generated/sqlite/client.ts";
import { freePort, startServer } from "../databases/server-process.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

export const SECRET = "s".repeat(32);

export const account: { email: string; name: string; password: string } = JSON.parse(
  readFileSync(join(root, "examples/next-app/lib/demo-account.json"), "utf8"),
);

/** A row of the session table, as the database has it. */
interface Row {
  readonly key: string;
  readonly data: string;
  readonly expire_date: string;
  readonly user_id: number | null;
  readonly user_agent: string | null;
  readonly signed_in_at: string | null;
}

/** The example as `npm run demo` opens it, with a database of its own. */
export interface Shop {
  readonly url: string;
  /** The tests' own way to the session table. */
  readonly client: PrismaClient;
  /** Every row of the session table. */
  readonly rows: () => Promise<Row[]>;
  /** The rows that a statement gives. */
  readonly query: (sql: string) => Promise<Record<string, unknown>[]>;
  readonly sql: (script: string) => Promise<void>;
  /** Lets time run out for every session that there is. */
  readonly expireAll: () => Promise<void>;
  /** All bytes of the database's files. */
  readonly bytes: () => Promise<Buffer>;
  readonly close: () => Promise<void>;
}

export async function openShop(): Promise<Shop> {
  const directory = await mkdtemp(join(tmpdir(), "prisma-db-session-shop-"));
  const port = await freePort();
  const databaseUrl = `file:${join(directory, "shop.db")}`;
  const settings = [`PORT=${port}`, `DATABASE_URL=${databaseUrl}`, `SESSION_SECRET=${SECRET}`];
  const { url, stop } = await startServer(`http://localhost:${port}`, {
    command: "/bin/sh",
    args: ["-c", 'exec env "$@" >&2', "demo", ...settings, process.execPath, join(root, "scripts/demo.mjs")],
    directory,
    ready: "Ctrl-C closes it.",
    stopSignal: "TERM",
  });
  const client = new PrismaClient({ adapter: new PrismaLibSql({ url: databaseUrl, timeout: 5000 }) });
  const database = await new PrismaLibSql({ url: databaseUrl, timeout: 5000 }).connect();

  async function query(sql: string): Promise<Record<string, unknown>[]> {
    const { columnNames, rows } = await database.queryRaw({ sql, args: [], argTypes: [] });
    return rows.map((row) => Object.fromEntries(columnNames.map((name, index) => [name, row[index]])));
  }
  return {
    url,
    client,
    query,
    rows: async () => (await query("SELECT * FROM session")) as unknown as Row[],
    sql: (script) => database.executeScript(script),
    expireAll: () => database.executeScript("UPDATE session SET expire_date = '2001-01-01T00:00:00.000+00:00'"),
    async bytes() {
      const names = await readdir(directory);
      return Buffer.concat(await Promise.all(names.map((name) => readFile(join(directory, name)))));
    },
    async close() {
      await client.$disconnect();
      await database.dispose();
      await stop();
    },
  };
}
