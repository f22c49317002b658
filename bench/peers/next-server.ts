import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtemp } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { builtPackage, isFresh } from "../../scripts/freshness.mjs";
import { freePort, type Server, startServer } from "../../test/databases/server-process.ts";
import { migration, statementsIn } from "../../test/databases/sql.ts";
import { createDatabase } from "./databases.ts";

const folder = fileURLToPath(new URL("next-app", import.meta.url));
const next = createRequire(import.meta.url).resolve("next/dist/bin/next");
const SOURCES = ["app", "lib", "next.config.ts", "tsconfig.json", "../package-lock.json", "../generated"];
const secrets = () => ({
  SESSION_SECRET: randomBytes(32).toString("base64"),
  BETTER_AUTH_SECRET: randomBytes(32).toString("base64"),
});

/** Builds the app if it has changed, and starts it on databases of its own. */
export async function startNext(postgres: string): Promise<Server> {
  await build();
  const betterAuth = await statementsIn(new URL("schemas/better-auth.sql", import.meta.url));
  const databases = [
    await createDatabase(postgres, await migration("postgresql")),
    await createDatabase(postgres, betterAuth),
  ] as const;
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const variables = {
    ...secrets(),
    NODE_ENV: "production",
    NEXT_TELEMETRY_DISABLED: "1",
    DATABASE_URL: databases[0].url,
    BETTER_AUTH_DATABASE_URL: databases[1].url,
    BETTER_AUTH_URL: url,
  };
  const environment = Object.entries(variables).map(([name, value]) => `${name}=${value}`);
  const start = [process.execPath, next, "start", folder, "--hostname", "127.0.0.1", "--port", `${port}`];
  const { stop } = await startServer(url, {
    command: "/bin/sh",
    args: ["-c", 'exec env "$@" >&2', "sh", ...environment, ...start],
    directory: await mkdtemp(join(tmpdir(), "prisma-db-session-next-")),
    ready: "Ready in",
    stopSignal: "TERM",
  });
  return {
    url,
    async stop() {
      await stop();
      for (const database of databases) await database.drop();
    },
  };
}

async function build(): Promise<void> {
  const sources = [...SOURCES.map((name) => join(folder, name)), builtPackage];
  if (await isFresh(join(folder, ".next/BUILD_ID"), sources)) return;
  console.error("Building the Next.js app");
  const env = { ...process.env, ...secrets(), BETTER_AUTH_URL: "http://127.0.0.1", NEXT_TELEMETRY_DISABLED: "1" };
  await promisify(execFile)(process.execPath, [next, "build", folder], { cwd: folder, env });
}
