import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";

const standIn = fileURLToPath(new URL("../schema-engine.mjs", import.meta.url));

/**
 * Starts the Prisma CLI with the stand-in engine. If the environment names an engine, the CLI uses
 * that one, so a native engine is possible.
 *
 * @param {string[]} args
 * @param {import("node:child_process").SpawnOptions & { cli?: string }} options
 *   `cli`: a folder where another version of the CLI is installed. Default: this repository's CLI.
 */
export function prisma(args, { cli, env, ...options } = {}) {
  const require = createRequire(cli === undefined ? import.meta.url : resolve(cli, "package.json"));
  return spawn(process.execPath, [require.resolve("prisma/build/index.js"), ...args], {
    ...options,
    env: {
      PRISMA_SCHEMA_ENGINE_BINARY: standIn,
      // Prisma 6 also checks that this file exists, and never loads it.
      PRISMA_QUERY_ENGINE_LIBRARY: standIn,
      // If Prisma 6 misses packages, it would run npm install and change package.json.
      PRISMA_GENERATE_SKIP_AUTOINSTALL: "1",
      // No check for new versions, no telemetry.
      CHECKPOINT_DISABLE: "1",
      PRISMA_HIDE_UPDATE_MESSAGE: "1",
      ...process.env,
      ...env,
    },
  });
}
