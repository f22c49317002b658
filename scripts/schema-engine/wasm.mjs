// Prisma's schema engine, compiled to WebAssembly, from its npm package.
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { bindMigrationAwareSqlAdapterFactory } from "@prisma/driver-adapter-utils";
import * as glue from "@prisma/schema-engine-wasm/schema_engine_bg";

const require = createRequire(import.meta.url);

let reportPanic;
/**
 * Rejects if the engine panics. The engine is unusable then, and its pending requests never settle.
 */
export const panicked = new Promise((_, reject) => {
  reportPanic = reject;
});
panicked.catch(() => {});

/**
 * Loads the .wasm file without a bundler, as the Prisma CLI does with its copy. The package's own
 * entry imports the file as a module, which needs a bundler.
 */
async function instantiate() {
  globalThis.PRISMA_WASM_PANIC_REGISTRY = {
    set_message: (message) => reportPanic(new Error(`Prisma's schema engine panicked: ${message}`)),
  };
  const file = require.resolve("@prisma/schema-engine-wasm/schema_engine_bg").replace(/\.js$/, ".wasm");
  const { instance } = await WebAssembly.instantiate(await readFile(file), { "./schema_engine_bg.js": glue });
  glue.__wbg_set_wasm(instance.exports);
  instance.exports.__wbindgen_start();
}

/**
 * @param {[path: string, text: string][]} datamodels must not be empty: without a provider, the
 *   engine panics
 * @param {import("@prisma/driver-adapter-utils").SqlMigrationAwareDriverAdapterFactory} database
 */
export async function startEngine(datamodels, database) {
  await instantiate();
  return glue.SchemaEngine.new({ datamodels }, writeLog, bindMigrationAwareSqlAdapterFactory(database));
}

/** The engine's log already consists of lines of JSON. */
const writeLog = (line) => process.stderr.write(line);
