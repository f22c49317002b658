import { EventEmitter } from "node:events";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { PrismaLibSql } from "@prisma/adapter-libsql";
import { onTestFinished } from "vitest";
import type { PrismaClient } from "../../generated/sqlite/client.ts";
import type { Host } from "../../src/cli/host.ts";
import { run } from "../../src/cli/run.ts";
import { migration, runSql } from "../databases/sql.ts";

export const root = fileURLToPath(new URL("../..", import.meta.url));

/** An app's lib/prisma.ts as people write it: path aliases without extensions, what only a server may import, top-level await. */
const CLIENT = `
import "server-only";
import { PrismaLibSql } from "@prisma/adapter-libsql";
import { PrismaClient } from "@/generated/prisma/client";
import { url } from "@/lib/database-url";

await Promise.resolve();
export const prisma = new PrismaClient({ adapter: new PrismaLibSql({ url, timeout: 5000 }) });
`;

/** A folder of an app, which goes at the end of the test. */
export async function folder(files: Readonly<Record<string, string>> = {}): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), "prisma-db-session-cli-"));
  onTestFinished(() => rm(path, { recursive: true }));
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(path, name)), { recursive: true });
    await writeFile(join(path, name), text);
  }
  return path;
}

/** An app with Prisma, a generated client in TypeScript, and an SQLite database with expired rows and a live one. */
export async function app({ expired, files }: { expired: number; files?: Readonly<Record<string, string>> }) {
  const path = await folder({
    "lib/prisma.ts": CLIENT,
    "lib/database-url.ts": "export const url: string = String(process.env.CLI_TEST_DATABASE_URL);\n",
    "tsconfig.json": JSON.stringify({ compilerOptions: { paths: { "@/*": ["./*"] } } }),
    ...files,
  });
  const url = `file:${join(path, "app.db")}`;
  await writeFile(join(path, ".env"), `CLI_TEST_DATABASE_URL=${url}\n`);
  await symlink(join(root, "node_modules"), join(path, "node_modules"), "junction");
  await mkdir(join(path, "generated"));
  await symlink(join(root, "generated/sqlite"), join(path, "generated/prisma"), "junction");
  // The command sets what is in .env in this process too.
  delete process.env.CLI_TEST_DATABASE_URL;

  const adapter = new PrismaLibSql({ url, timeout: 5000 });
  await runSql(adapter, await migration("sqlite"));
  const generated = new URL("../../generated/sqlite/client.ts", import.meta.url).href;
  const prisma: PrismaClient = new (await import(/* @vite-ignore */ generated)).PrismaClient({ adapter });
  onTestFinished(() => prisma.$disconnect());
  await prisma.session.createMany({ data: sessionRows(expired) });
  return { path, prisma };
}

/** Expired rows, and a live one. */
export const sessionRows = (expired: number) => [
  ...Array.from({ length: expired }, (_, i) => ({ key: `expired${i}`, data: "", expireDate: new Date(i) })),
  { key: "live", data: "", expireDate: new Date(Date.now() + 3_600_000) },
];

/** Runs the command in this process, in a folder. */
export async function runIn(
  cwd: string,
  args: readonly string[],
  { isTTY = false, signals = new EventEmitter(), host = {} as Partial<Host> } = {},
) {
  const output = { stdout: "", stderr: "", exits: [] as number[] };
  const exitCode = await run(args, {
    stdout: { write: (text) => (output.stdout += text) },
    stderr: { write: (text) => (output.stderr += text), isTTY },
    cwd: () => cwd,
    on: (signal, listener) => signals.on(signal, listener),
    off: (signal, listener) => signals.off(signal, listener),
    exit: (code) => output.exits.push(code),
    ...host,
  });
  return { exitCode, ...output };
}
