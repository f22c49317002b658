import { onTestFinished } from "vitest";
import { shortKeyHash } from "../../src/key/session-key.ts";
import type { TestDatabase } from "../databases/index.ts";
import type { OwnedTestClient } from "../databases/types.ts";
import { folder, runIn } from "./support.ts";

const HOUR = 3_600_000;
/** Every test's clock, far from the real one. */
const NOW = new Date("2040-01-01T00:00:00.000Z");

export interface Row {
  readonly key: string;
  readonly userId?: number | null;
  readonly address?: string;
  readonly userAgent?: string;
  readonly data?: string;
  /** Hours from {@link NOW}. Default: 1. */
  readonly expiresIn?: number;
}

const STORED = ({ expiresIn = 1, data = "", ...row }: Row) => ({
  ...row,
  data,
  expireDate: new Date(NOW.getTime() + expiresIn * HOUR),
});

type Owned = TestDatabase<OwnedTestClient>;

export const insert = (db: Owned, rows: readonly Row[]) => db.prisma.session.createMany({ data: rows.map(STORED) });

export const keysIn = async (db: Owned) =>
  (await db.prisma.session.findMany({ select: { key: true }, orderBy: { key: "asc" } })).map(({ key }) => key);

const shared = globalThis as { cliTestClient?: unknown };

export const hashOf = shortKeyHash;

/** Runs a command with a client that a file exports, or an extended one. */
export async function runOn(
  db: Owned,
  args: readonly string[],
  { extend = (client: OwnedTestClient) => client as unknown, keepDatabase = false, ...options }: RunOptions = {},
) {
  const client = await db.connect();
  shared.cliTestClient = extend(client);
  onTestFinished(async () => {
    delete shared.cliTestClient;
    await client.$disconnect(); // the command does not get as far as this if it is used wrongly
  });
  const path = await folder({ "client.mjs": "export const prisma = globalThis.cliTestClient;" });
  const { host, ...others } = options;
  const [command = "", ...rest] = args;
  const line = [command, "--client", "client.mjs", ...rest];
  const result = await runIn(path, line, { host: { now: () => NOW, ...host }, ...others });
  return { ...result, stderr: result.stderr.replace(keepDatabase ? "" : DATABASE, "") };
}

/** Which database it is, which differs from test to test. */
const DATABASE = /^Database: (.*)\n/;

type RunOptions = {
  readonly extend?: (client: OwnedTestClient) => unknown;
  /** Whether to keep the line that names the database. */
  readonly keepDatabase?: boolean;
} & Parameters<typeof runIn>[2];
