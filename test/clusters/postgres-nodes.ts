import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { Client } from "pg";
import { copyPostgresFolder, initPostgres, startPostgres } from "../databases/embedded-postgres.ts";
import { freePort, type OwnServer } from "../databases/server-process.ts";

const POLL_MS = 50;

/** A server of PostgreSQL, which is the primary or a standby. */
export interface Node extends OwnServer {
  readonly port: number;
  /**
   * Sends one statement on a connection of its own, and returns the first column of the first row.
   */
  ask(sql: string): Promise<unknown>;
}

interface Options {
  /** How many servers follow the primary. */
  readonly standbys: number;
  readonly flags: readonly string[];
  readonly primaryFlags?: readonly string[];
  /**
   * The port where the standbys find the primary, whichever server that is. Default: the port of
   * the first.
   */
  readonly primaryPort?: number;
  /** Called as soon as the primary runs: the standbys connect next. */
  readonly onPrimary?: (primary: Node) => void;
}

/** Starts a primary, and standbys that stream from it. The primary is the first. */
export async function startNodes(
  binaries: string,
  options: Options,
): Promise<{ nodes: Node[]; stop(): Promise<void> }> {
  const nodes: Node[] = [];
  const stop = async () => {
    // The standbys first: a primary waits until they have received everything.
    for (const node of nodes.reverse()) await node.stop();
  };
  try {
    const folder = await initPostgres(binaries);
    const copies = await Promise.all(Array.from({ length: options.standbys }, () => copyPostgresFolder(folder)));
    const { flags, primaryFlags = [] } = options;
    const port = await freePort();
    const server = await startPostgres(binaries, { ...folder, port, flags: [...flags, ...primaryFlags] });
    const primary = nodeOf(server, port);
    nodes.push(primary);
    options.onPrimary?.(primary);
    const { primaryPort = port } = options;
    for (const [index, copy] of copies.entries()) {
      await writeFile(join(copy.directory, "data/standby.signal"), "");
      const conninfo = `host=127.0.0.1 port=${primaryPort} user=postgres password=${copy.password} application_name=s${index}`;
      const port = await freePort();
      const standby = await startPostgres(binaries, {
        ...copy,
        port,
        flags: [...flags, "-c", `primary_conninfo=${conninfo}`],
        ready: "database system is ready to accept read-only connections",
      });
      nodes.push(nodeOf(standby, port));
    }
    return { nodes, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function nodeOf(server: OwnServer, port: number): Node {
  const ask = async (sql: string) => {
    const client = new Client({ connectionString: server.url });
    await client.connect();
    try {
      const { rows } = await client.query({ text: sql, rowMode: "array" });
      return rows[0]?.[0];
    } finally {
      await client.end();
    }
  };
  return { ...server, port, ask };
}

/** Resolves as soon as the server answers with `true`. */
export async function until(node: Node, sql: string): Promise<void> {
  while ((await node.ask(sql)) !== true) await wait(POLL_MS);
}

/**
 * Makes the standby that has received most the primary, and returns it. The others can follow it.
 * The old primary must be dead, and no client may reach it any more.
 */
export async function promoteOne(standbys: readonly Node[]): Promise<Node> {
  const received: { node: Node; bytes: number }[] = [];
  for (const node of standbys) {
    await until(node, "SELECT NOT EXISTS (SELECT FROM pg_stat_wal_receiver WHERE status = 'streaming')");
    received.push({ node, bytes: Number(await node.ask("SELECT pg_last_wal_receive_lsn() - '0/0'")) });
  }
  const [best] = received.sort((a, b) => b.bytes - a.bytes);
  if (!best) throw new Error("There is no standby to promote.");
  const { node } = best;
  // Before the promotion: no write may be acknowledged that the next standby does not have.
  const others = standbys.length - 1;
  await node.ask(`ALTER SYSTEM SET synchronous_standby_names = '${others > 0 ? `${others} (*)` : ""}'`);
  await node.ask("SELECT pg_reload_conf()");
  await node.ask("SELECT pg_promote(wait => true)");
  await until(node, "SELECT NOT pg_is_in_recovery()");
  return node;
}
