import type { EventEmitter } from "node:events";
import { expect, onTestFinished } from "vitest";
import type { Result } from "../../../src/cli/doctor/diagnose.ts";
import type { Host } from "../../../src/cli/host.ts";
import type { TestDatabase } from "../../databases/types.ts";
import { folder, runIn } from "../support.ts";

/** A database of its own with these changes, which goes at the end of the test. */
export async function brokenDatabase<Client extends Raw>(
  database: { create(): Promise<TestDatabase<Client>> },
  ...statements: readonly string[]
): Promise<TestDatabase<Client>> {
  const db = await database.create();
  onTestFinished(db.drop);
  for (const sql of statements) await db.prisma.$executeRawUnsafe(sql);
  return db;
}

interface Raw {
  $executeRawUnsafe(sql: string): PromiseLike<number>;
  $queryRawUnsafe(sql: string): PromiseLike<unknown>;
}

/** How many rows SQL finds: also rows that are only marked as deleted, or whose key was shortened. */
export async function rowsOf({ prisma }: { readonly prisma: Raw }): Promise<number> {
  const rows = (await prisma.$queryRawUnsafe("SELECT count(*) AS n FROM session")) as [{ n: number }];
  return Number(rows[0].n);
}

const shared = globalThis as { doctorClient?: object };

interface Options {
  readonly args?: readonly string[];
  readonly host?: Partial<Host>;
  readonly signals?: EventEmitter;
  /** Files beside the client's file. */
  readonly files?: Readonly<Record<string, string>>;
}

/** Runs `doctor` on a client, which the command finds in a file. */
export async function runDoctor(client: object, { args = [], files = {}, ...options }: Options = {}) {
  shared.doctorClient = client;
  onTestFinished(() => {
    delete shared.doctorClient;
  });
  const path = await folder({ ...files, "client.mjs": "export const prisma = globalThis.doctorClient;" });
  return runIn(path, ["doctor", "--client", "client.mjs", ...args], options);
}

/** What `doctor` finds, by the ids of its checks. */
export async function diagnosis(client: object, options: Options = {}) {
  const { exitCode, stdout, stderr } = await runDoctor(client, {
    ...options,
    args: ["--json", ...(options.args ?? [])],
  });
  expect(stderr).toBe("");
  const results: Result[] = JSON.parse(stdout).checks;
  const ids = (status: string) => results.filter((result) => result.status === status).map(({ id }) => id);
  return {
    exitCode,
    results: Object.fromEntries(results.map((result) => [result.id, result])),
    failed: ids("failed"),
    warning: ids("warning"),
    skipped: ids("skipped"),
  };
}

/** What each check that did not pass must have: a status, words of the detail, and words of the remedy. */
export const finding = (status: string, detail: RegExp, remedy: RegExp) =>
  expect.objectContaining({
    status,
    detail: expect.stringMatching(detail),
    remedy: expect.stringMatching(remedy),
  });
