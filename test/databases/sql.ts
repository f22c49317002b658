import { readdir, readFile } from "node:fs/promises";
import type { SqlDriverAdapterFactory } from "@prisma/driver-adapter-utils";
import type { Provider } from "./types.ts";

/** Runs statements one by one on a connection of their own. */
export async function runSql(factory: SqlDriverAdapterFactory, statements: readonly string[]): Promise<void> {
  const connection = await factory.connect();
  try {
    for (const sql of statements) await connection.executeRaw({ sql, args: [], argTypes: [] });
  } finally {
    await connection.dispose();
  }
}

/** The statements of the checked-in migrations: what `prisma migrate deploy` would run, without its engine. */
export async function migration(provider: Provider): Promise<string[]> {
  const folder = new URL(`../../prisma/${provider}/migrations/`, import.meta.url);
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  const scripts = names.sort().map((name) => statementsIn(new URL(`${name}/migration.sql`, folder)));
  return (await Promise.all(scripts)).flat();
}

/** The same for Prisma 8, which has SQL in the JSON of its migrations. */
export async function prisma8Migration(provider: "postgresql" | "sqlite"): Promise<string[]> {
  const folder = new URL(`../../prisma/prisma-8-${provider}/migrations/app/`, import.meta.url);
  const statements: string[] = [];
  for (const name of (await readdir(folder)).sort()) {
    const operations: Operation[] = JSON.parse(await readFile(new URL(`${name}/ops.json`, folder), "utf8"));
    statements.push(...operations.flatMap(({ execute }) => execute.map(({ sql }) => sql)));
  }
  return statements;
}

interface Operation {
  readonly execute: readonly { readonly sql: string }[];
}

/** The statements of a file, each of which ends with a line. */
export const statementsIn = async (file: URL): Promise<string[]> => statementsOf(await readFile(file, "utf8"));

/** The same of a text. */
export function statementsOf(text: string): string[] {
  return text
    .replace(/^--.*$/gm, "")
    .split(/;\s*$/m)
    .map((statement) => statement.trim())
    .filter((statement) => statement !== "");
}

let databasesSoFar = 0;

/** A name that no other test process uses, now or in an earlier run against the same server. */
export function uniqueName(prefix: string): string {
  return `${prefix}_${Date.now().toString(36)}_${process.pid}_${databasesSoFar++}`;
}

/** The same server and user, another database. */
export function withDatabase(url: string, database: string): string {
  return Object.assign(new URL(url), { pathname: `/${database}` }).href;
}
