// Prisma's schema engine, compiled to WebAssembly, out of its npm package.
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { bindMigrationAwareSqlAdapterFactory } from "@prisma/driver-adapter-utils";
import * as glue from "@prisma/schema-engine-wasm/schema_engine_bg";

const require = createRequire(import.meta.url);

let reportPanic;
/** Rejects when the engine panics: it is of no use then, and what it was asked never settles. */
export const panicked = new Promise((_, reject) => {
  reportPanic = reject;
});
panicked.catch(() => {});

/**
 * The package's own entry imports the .wasm file as a module, which needs a bundler. So it is instantiated by hand, as the
 * Prisma CLI does with its copy.
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
 * @param {[path: string, text: string][]} datamodels never empty: the engine panics without a provider
 * @param {import("@prisma/driver-adapter-utils").SqlMigrationAwareDriverAdapterFactory} database
 */
export async function startEngine(datamodels, database) {
  await instantiate();
  return glue.SchemaEngine.new({ datamodels }, passLogOn, bindMigrationAwareSqlAdapterFactory(database));
}

/** The engine's log is lines of JSON already. */
const passLogOn = (line) => process.stderr.write(line);
