import { execFile } from "node:child_process";
import { access, chown, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { ordinaryUser } from "../databases/embedded-postgres.ts";
import { findMariadbd } from "../databases/mariadb-server.ts";
import { freePort, type OwnServer, startServer } from "../databases/server-process.ts";

const run = promisify(execFile);

const LIBRARIES = ["/usr/lib/galera/libgalera_smm.so", "/usr/lib64/galera-4/libgalera_smm.so"];
const REMEDY = "Run `scripts/ci/install-clusters.sh` as root (Debian: mariadb-server, galera-4, rsync)";

/** A node of a cluster in which every node takes writes. */
export interface GaleraNode extends OwnServer {
  /**
   * Starts a node that was killed. It joins the others, and takes no statement before it has what
   * they have.
   */
  rejoin(): Promise<void>;
}

/** The programs of a cluster. Throws if they are missing. */
export async function findGalera(): Promise<{ mariadbd: string; library: string }> {
  const mariadbd = await findMariadbd().catch(() => missing("mariadbd"));
  for (const program of ["rsync", "wsrep_sst_rsync"]) {
    await run("/bin/sh", ["-c", `command -v ${program}`]).catch(() => missing(program));
  }
  for (const library of LIBRARIES) {
    if (
      await access(library).then(
        () => true,
        () => false,
      )
    )
      return { mariadbd, library };
  }
  return missing("Galera");
}

function missing(program: string): never {
  throw new Error(`This machine has no ${program}. ${REMEDY}`);
}

interface Ports {
  readonly sql: number;
  readonly group: number;
  readonly incremental: number;
  readonly snapshot: number;
}

/** Starts nodes on 127.0.0.1, each with ports and a folder of its own. */
export async function startGalera(count: number): Promise<{
  nodes: GaleraNode[];
  stop(): Promise<void>;
}> {
  const { mariadbd, library } = await findGalera();
  const ports: Ports[] = [];
  for (let i = 0; i < count; i++) {
    ports.push({
      sql: await freePort(),
      group: await freePort(),
      incremental: await freePort(),
      snapshot: await freePort(),
    });
  }
  const password = crypto.randomUUID();
  const group = `gcomm://${ports.map(({ group }) => `127.0.0.1:${group}`).join()}`;
  const nodes: GaleraNode[] = [];
  const stop = async () => {
    for (const node of nodes.reverse()) await node.stop();
  };
  try {
    // One after another: a node that joins takes a snapshot of another one.
    for (const [index, own] of ports.entries()) {
      nodes.push(await startNode({ index, own, group, mariadbd, library, password }));
    }
    return { nodes, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

interface NodeOptions {
  readonly index: number;
  readonly own: Ports;
  readonly group: string;
  readonly mariadbd: string;
  readonly library: string;
  readonly password: string;
}

async function startNode(options: NodeOptions): Promise<GaleraNode> {
  const { index, own, group, mariadbd, library, password } = options;
  const directory = await mkdtemp(join(tmpdir(), "prisma-db-session-galera-"));
  try {
    // Not root: as root, the rsync that takes a snapshot would become the user nobody, who must not
    // write here.
    const user = await ordinaryUser();
    if (user) await chown(directory, user.uid, user.gid);
    const common = ["--no-defaults", `--datadir=${join(directory, "data")}`];
    const isFirst = index === 0;
    if (isFirst) await run("mariadb-install-db", [...common, "--skip-test-db"], { cwd: directory, ...user });
    else await run("mkdir", ["data"], { cwd: directory, ...user });
    const users = join(directory, "users.sql");
    await writeFile(users, `CREATE USER test@'%' IDENTIFIED BY '${password}';\nGRANT ALL ON *.* TO test@'%';\n`);
    const provider = [
      "base_host=127.0.0.1",
      `base_port=${own.group}`,
      `gmcast.listen_addr=tcp://127.0.0.1:${own.group}`,
      `ist.recv_addr=127.0.0.1:${own.incremental}`,
    ];
    const args = [
      ...common,
      `--socket=${join(directory, "socket")}`,
      `--port=${own.sql}`,
      "--bind-address=127.0.0.1",
      `--tmpdir=${directory}`,
      "--skip-name-resolve",
      "--sql-mode=STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION",
      "--binlog-format=ROW",
      "--innodb-autoinc-lock-mode=2",
      // As Galera's manual allows: what one node loses, the others have.
      "--innodb-flush-log-at-trx-commit=0",
      "--wsrep-on=ON",
      `--wsrep-provider=${library}`,
      `--wsrep-provider-options=${provider.join(";")}`,
      "--wsrep-cluster-name=prisma-db-session",
      `--wsrep-cluster-address=${group}`,
      `--wsrep-node-name=node${index}`,
      `--wsrep-node-address=127.0.0.1:${own.group}`,
      `--wsrep-sst-receive-address=127.0.0.1:${own.snapshot}`,
      "--wsrep-sst-method=rsync",
    ];
    const server = await startServer(`mariadb://test:${password}@127.0.0.1:${own.sql}/mysql`, {
      command: mariadbd,
      args: isFirst ? [...args, "--wsrep-new-cluster", `--init-file=${users}`] : args,
      directory,
      ready: "Synchronized with group, ready for connections",
      stopSignal: "TERM",
      ...(user && { user }),
    });
    const rejoin = async () => {
      // A killed node does not know how far it was, until its tables are recovered.
      const { stderr } = await run(mariadbd, [...args, "--wsrep-recover", "--disable-log-error"], {
        cwd: directory,
        ...user,
      });
      const [, position] = /WSREP: Recovered position:\s*(\S+)/.exec(stderr) ?? [];
      if (!position) throw new Error(`The position of the node could not be recovered:\n${stderr}`);
      await server.restart([...args, `--wsrep-start-position=${position}`]);
    };
    return { ...server, rejoin };
  } catch (error) {
    await rm(directory, { recursive: true, force: true });
    throw error;
  }
}
