import { execFile } from "node:child_process";
import { chown, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { ordinaryUser } from "../databases/embedded-postgres.ts";
import { freePort, type OwnServer, startServer } from "../databases/server-process.ts";

const run = promisify(execFile);

const PATH = `${process.env.PATH}:/usr/sbin:/usr/local/sbin`;
const REMEDY = "Run `scripts/ci/install-clusters.sh` as root";
/** Fewer than the connections of the clients: they share them. */
const SERVER_CONNECTIONS = 4;

export interface Program {
  readonly path: string;
  /**
   * Whether it knows which connection to the server has which prepared statement: since version
   * 1.21.
   */
  readonly tracksStatements: boolean;
}

/** Debian's, or the newer one that the script builds. Throws if neither is installed. */
export async function findPgbouncer({ tracksStatements }: Pick<Program, "tracksStatements">): Promise<string> {
  const candidates = ["/opt/pgbouncer/bin/pgbouncer", "pgbouncer"];
  for (const candidate of candidates) {
    const version = await run(candidate, ["--version"], { env: { PATH } }).catch(() => undefined);
    const [, major, minor] = /PgBouncer (\d+)\.(\d+)/.exec(version?.stdout ?? "") ?? [];
    if (major === undefined) continue;
    if (!tracksStatements || Number(major) > 1 || Number(minor) >= 21) return candidate;
  }
  throw new Error(`This machine has no pgbouncer${tracksStatements ? " from 1.21 on" : ""}. ${REMEDY}`);
}

/** Starts pgbouncer in transaction mode, in front of a database. */
export async function startPgbouncer(
  program: string,
  database: string,
  settings: readonly string[],
): Promise<OwnServer> {
  const directory = await mkdtemp(join(tmpdir(), "prisma-db-session-pgbouncer-"));
  try {
    const { hostname, port: serverPort, username, password, pathname } = new URL(database);
    const port = await freePort();
    const users = join(directory, "users.txt");
    const settingsFile = join(directory, "pgbouncer.ini");
    await writeFile(users, `"${decodeURIComponent(username)}" "${decodeURIComponent(password)}"\n`);
    await writeFile(
      settingsFile,
      [
        "[databases]",
        `* = host=${hostname} port=${serverPort || 5432}`,
        "[pgbouncer]",
        "listen_addr = 127.0.0.1",
        `listen_port = ${port}`,
        "unix_socket_dir =",
        "auth_type = scram-sha-256",
        `auth_file = ${users}`,
        "pool_mode = transaction",
        `default_pool_size = ${SERVER_CONNECTIONS}`,
        ...settings,
      ].join("\n"),
    );
    // It refuses to run as root.
    const user = await ordinaryUser();
    if (user) for (const path of [directory, users, settingsFile]) await chown(path, user.uid, user.gid);
    return await startServer(`postgresql://${username}:${password}@127.0.0.1:${port}${pathname}`, {
      command: "/usr/bin/env",
      args: [`PATH=${PATH}`, program, settingsFile],
      directory,
      ready: "process up",
      stopSignal: "INT",
      ...(user && { user }),
    });
  } catch (error) {
    await rm(directory, { recursive: true, force: true });
    throw error;
  }
}
