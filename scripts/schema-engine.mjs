#!/usr/bin/env node
// A stand-in for Prisma's native schema engine. The CLI would download the native engine from a
// host that closed networks and many CI systems cannot reach. This script speaks the engine's
// protocol, and passes requests to the same engine compiled to WebAssembly. scripts/prisma.mjs uses
// it.
import { parseArgs } from "node:util";
import { connectDatabase } from "./schema-engine/database.mjs";
import { describe } from "./schema-engine/errors.mjs";
import { requestHandler } from "./schema-engine/requests.mjs";
import { log, serve } from "./schema-engine/rpc.mjs";
import { panicked } from "./schema-engine/wasm.mjs";

const { values: options, positionals } = parseArgs({
  options: {
    datamodels: { type: "string", multiple: true, default: [] },
    datasource: { type: "string", default: "{}" },
    "enabled-preview-features": { type: "string" },
    "extension-types": { type: "string" },
    version: { type: "boolean" },
  },
  allowPositionals: true,
});
// Prisma 6 passes the URL alone to `cli`.
const { url } = options.datasource.startsWith("{") ? JSON.parse(options.datasource) : { url: options.datasource };

if (options.version) console.log("schema-engine-wasm");
else if (positionals[0] === "cli") await runCommand(positionals[1]);
else {
  const answer = requestHandler(url, options.datamodels);
  await serve((...request) => Promise.race([answer(...request), panicked]));
}
// Connection pools would keep the process alive.
process.exit();

/**
 * Runs `cli can-connect-to-database` or `cli create-database`. The exit code reports success, and
 * the engine's log reports the error.
 */
async function runCommand(command) {
  log("INFO", { message: "Starting schema-engine-wasm" }); // the CLI ignores the first line
  try {
    const database = connectDatabase(url);
    await (command === "create-database" ? database.create() : database.check());
  } catch (error) {
    const { message, code } = describe(error);
    log("ERROR", { message, error_code: code });
    process.exitCode = 1;
  }
}
