import { execFileSync } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { folder, runIn } from "../support.ts";

/** A schema of a database, with more in it. */
export const schemaFor = (provider: string, more = "") => `generator client {
  provider = "prisma-client"
  output   = "../generated/prisma"
}

datasource db {
  provider = "${provider}"
}
${more}`;

const PRISMA = `import { PrismaClient } from "../generated/prisma/client";
export const prisma = new PrismaClient();
`;

/** An app with TypeScript, SQLite and a Prisma client. A file that is `undefined` is left out. */
export function freshApp(files: Readonly<Record<string, string | undefined>> = {}): Promise<string> {
  const all = {
    "package.json": "{}",
    "tsconfig.json": JSON.stringify({ compilerOptions: { paths: { "@/*": ["./*"] } } }),
    "prisma/schema.prisma": schemaFor("sqlite"),
    "lib/prisma.ts": PRISMA,
    ...files,
  };
  const given = Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return folder(Object.fromEntries(given));
}

/** All files of an app and their texts. */
export async function filesIn(path: string): Promise<Record<string, string>> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  const names = entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((name) => !name.includes("/.git/"))
    .sort();
  const texts = await Promise.all(
    names.map(async (name) => [name.slice(path.length + 1), await readFile(name, "utf8").catch(() => "")] as const),
  );
  return Object.fromEntries(texts);
}

export const text = (path: string, name: string): Promise<string> => readFile(join(path, name), "utf8");

export const init = (path: string, ...args: string[]) => runIn(path, ["init", ...args]);

/** Runs git without the settings of the person who runs the tests. */
export const git = (path: string, ...args: string[]) =>
  execFileSync("git", ["-c", "init.defaultBranch=main", ...args], {
    cwd: path,
    stdio: "pipe",
    env: { ...process.env, GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_SYSTEM: "/dev/null" },
  });
