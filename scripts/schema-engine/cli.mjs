import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const require = createRequire(import.meta.url);
const standIn = fileURLToPath(new URL("../schema-engine.mjs", import.meta.url));

/**
 * Starts the Prisma CLI with the stand-in engine. The engines that are set already win, so that a native one can be used.
 *
 * @param {string[]} args
 * @param {import("node:child_process").SpawnOptions & { cli?: string }} options `cli`: the package, another major by its alias
 */
export function prisma(args, { cli = "prisma", env, ...options } = {}) {
  return spawn(process.execPath, [require.resolve(`${cli}/build/index.js`), ...args], {
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
