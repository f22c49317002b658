import { cpus, totalmem } from "node:os";
import pg from "pg";
import type { PeersResult } from "./result.ts";

/** What the numbers of a run depend on. */
export async function describeMachine(postgres: string): Promise<PeersResult["machine"]> {
  const client = new pg.Client({ connectionString: postgres });
  await client.connect();
  const { rows } = await client.query("SHOW server_version");
  await client.end();
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
    postgresql: String(rows[0].server_version).split(" ", 1)[0] ?? "",
  };
}
