import { execFile } from "node:child_process";
import { cpus, loadavg, totalmem } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import pg from "pg";
import { type PeersResult, QUIET } from "./result.ts";

const SETTINGS = ["fsync", "synchronous_commit", "shared_buffers", "max_connections"];
const WAIT_MS = 180_000;

/** What the numbers of a run depend on. */
export async function describeMachine(postgres: string): Promise<PeersResult["machine"]> {
  const client = new pg.Client({ connectionString: postgres });
  await client.connect();
  const { rows } = await client.query("SELECT name, current_setting(name) AS value FROM unnest($1::text[]) name", [
    ["server_version", ...SETTINGS],
  ]);
  await client.end();
  const { server_version, ...settings } = Object.fromEntries(rows.map(({ name, value }) => [name, value]));
  const processors = cpus();
  return {
    cpu:
      processors[0]?.model
        .replace(/\((R|TM)\)|CPU|@.*/g, "")
        .replace(/\s+/g, " ")
        .trim() || "unknown CPU",
    cores: processors.length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    system: `${process.platform} ${process.arch}`,
    node: process.versions.node,
    postgresql: String(server_version).split(" ", 1)[0] ?? "",
    settings,
  };
}

export const loadAverage = (): number => loadavg()[0] ?? Number.NaN;

/** Waits until the load of the build before this run is over, but not for ever. */
export async function waitUntilQuiet(): Promise<void> {
  const began = performance.now();
  if (loadAverage() > QUIET) console.error("Waiting for a quiet machine");
  while (loadAverage() > QUIET && performance.now() - began < WAIT_MS) await sleep(1000);
}

/** The commit of the code that runs. */
export async function currentCommit(): Promise<string> {
  const git = async (...args: string[]) => (await promisify(execFile)("git", args)).stdout.trim();
  try {
    const isChanged = (await git("status", "--porcelain")) !== "";
    return `${await git("rev-parse", "--short=10", "HEAD")}${isChanged ? ", with changes" : ""}`;
  } catch {
    return "unknown";
  }
}
