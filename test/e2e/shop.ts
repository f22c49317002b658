import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, readdir, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { PrismaLibSql } from "@prisma/adapter-libsql";
import { freePort, startServer } from "../databases/server-process.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const debian = "/usr/bin/chromium";

/** Where a Chromium is, if there is one. */
export const chromiumPath = process.env.CHROMIUM_PATH ?? (existsSync(debian) ? debian : undefined);

export const account: { email: string; name: string; password: string } = JSON.parse(
  readFileSync(join(root, "examples/next-app/lib/demo-account.json"), "utf8"),
);

/** The example as `npm run demo` opens it, with a database of its own. */
export interface Shop {
  readonly url: string;
  /** Every row of the session table. */
  readonly rows: () => Promise<{ key: string; data: string }[]>;
  readonly sql: (script: string) => Promise<void>;
  /** All bytes of the database's files. */
  readonly bytes: () => Promise<Buffer>;
  readonly close: () => Promise<void>;
}

export async function openShop(): Promise<Shop> {
  const directory = await mkdtemp(join(tmpdir(), "prisma-db-session-shop-"));
  const port = await freePort();
  const databaseUrl = `file:${join(directory, "shop.db")}`;
  const settings = [`PORT=${port}`, `DATABASE_URL=${databaseUrl}`, `SESSION_SECRET=${"s".repeat(32)}`];
  const { url, stop } = await startServer(`http://localhost:${port}`, {
    command: "/bin/sh",
    args: ["-c", 'exec env "$@" >&2', "demo", ...settings, process.execPath, join(root, "scripts/demo.mjs")],
    directory,
    ready: "Ctrl-C closes it.",
    stopSignal: "TERM",
  });
  const database = await new PrismaLibSql({ url: databaseUrl, timeout: 5000 }).connect();

  return {
    url,
    async rows() {
      const { rows } = await database.queryRaw({ sql: "SELECT key, data FROM session", args: [], argTypes: [] });
      return rows.map(([key, data]) => ({ key: String(key), data: String(data) }));
    },
    sql: (script) => database.executeScript(script),
    async bytes() {
      const names = await readdir(directory);
      return Buffer.concat(await Promise.all(names.map((name) => readFile(join(directory, name)))));
    },
    async close() {
      await database.dispose();
      await stop();
    },
  };
}
