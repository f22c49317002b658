import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";

const standIn = fileURLToPath(new URL("../schema-engine.mjs", import.meta.url));

/**
 * Starts the Prisma CLI with the stand-in engine. The engines that are set already win, so that a native one can be used.
 *
 * @param {string[]} args
 * @param {import("node:child_process").SpawnOptions & { cli?: string }} options `cli`: a folder from which the CLI
 *   of another version is found; without it, this repository's own is started
 */
export function prisma(args, { cli, env, ...options } = {}) {
  const require = createRequire(cli === undefined ? import.meta.url : resolve(cli, "package.json"));
  return spawn(process.execPath, [require.resolve("prisma/build/index.js"), ...args], {
    ...options,
    env: {
      PRISMA_SCHEMA_ENGINE_BINARY: standIn,
      // Prisma 6 looks for this one as well, only to see that it exists.
      PRISMA_QUERY_ENGINE_LIBRARY: standIn,
      // Where Prisma 6 misses its packages it would npm install them, into package.json.
      PRISMA_GENERATE_SKIP_AUTOINSTALL: "1",
      // No check for new versions, no telemetry.
      CHECKPOINT_DISABLE: "1",
      PRISMA_HIDE_UPDATE_MESSAGE: "1",
      ...process.env,
      ...env,
    },
  });
}
