import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { freePort, type OwnServer, type Server, startServer } from "./server-process.ts";

const run = promisify(execFile);

/** `TEST_MYSQL_URL`, or a server of our own. */
export async function startMariadb(): Promise<Server> {
  const { TEST_MYSQL_URL } = process.env;
  if (TEST_MYSQL_URL) return { url: TEST_MYSQL_URL, stop: async () => {} };
  // Nothing here has to survive a loss of power.
  const { url, stop } = await startOwnMariadb(["--innodb-flush-log-at-trx-commit=0"]);
  return { url, stop };
}

/** The machine's own MariaDB, on a data directory of its own. Its log says `ready` when it takes statements. */
export async function startOwnMariadb(flags: readonly string[], ready = "ready for connections"): Promise<OwnServer> {
  const mariadbd = await findMariadbd();
  const directory = await mkdtemp(join(tmpdir(), "prisma-db-session-mariadb-"));
  try {
    const port = await freePort();
    const password = crypto.randomUUID();
    const users = join(directory, "users.sql");
    await writeFile(
      users,
      `CREATE USER IF NOT EXISTS test@'%' IDENTIFIED BY '${password}';\nGRANT ALL ON *.* TO test@'%';\n`,
    );

    // The machine's configuration is for its own server. As root, MariaDB wants to be told that root is meant.
    const common = ["--no-defaults", `--datadir=${join(directory, "data")}`, `--user=${userInfo().username}`];
    await run("mariadb-install-db", [...common, "--skip-test-db"]);
    return await startServer(`mariadb://test:${password}@127.0.0.1:${port}/mysql`, {
      command: mariadbd,
      args: [
        ...common,
        `--socket=${join(directory, "socket")}`,
        `--port=${port}`,
        "--bind-address=127.0.0.1",
        `--tmpdir=${directory}`, // In a common one every server that starts removes the temporary tables of the others.
        `--init-file=${users}`,
        // The default of the server, written here because the guarantees need it.
        "--sql-mode=STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION",
        "--skip-name-resolve", // or test@127.0.0.1 would be looked up as localhost, where other users have precedence
        ...flags,
      ],
      directory,
      ready,
      stopSignal: "TERM",
    });
  } catch (error) {
    await rm(directory, { recursive: true, force: true });
    throw error;
  }
}

export async function findMariadbd(): Promise<string> {
  // Debian has it in /usr/sbin, which not every user has in the PATH.
  const PATH = `${process.env.PATH}:/usr/sbin:/usr/local/sbin`;
  try {
    return (await run("/bin/sh", ["-c", "command -v mariadbd"], { env: { PATH } })).stdout.trim();
  } catch {
    throw new Error("This machine has no mariadbd. Install MariaDB (Debian: mariadb-server) or set TEST_MYSQL_URL");
  }
}
