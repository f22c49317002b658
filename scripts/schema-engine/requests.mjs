import { readFileSync } from "node:fs";
import { connectDatabase } from "./database.mjs";
import { print } from "./rpc.mjs";
import { nowhere } from "./sqlite.mjs";
import { startEngine } from "./wasm.mjs";

/**
 * What the CLI asks of the native engine, answered by the WebAssembly one. The names are the same with few exceptions.
 *
 * @param {string | undefined} url of the database
 * @param {string[]} schemaPaths
 */
export function requestHandler(url, schemaPaths) {
  // One engine for all requests: a run of the CLI is about one schema and one database.
  let engine;

  return async (method, params, id) => {
    if (method === "createDatabase") return connectDatabase(url).create();
    const database = comparesSchemas(params) ? nowhere() : connectDatabase(url);
    if (method === "reset" && database.reset) {
      engine = undefined; // its connection is to what was there before
      return database.reset();
    }
    engine ??= await start(database, params);
    if (method === "getDatabaseVersion") return engine.version(params);
    if (method === "diff") {
      const { stdout, exitCode } = await engine.diff(params);
      if (stdout) print(id, stdout.replace(/\n$/, "")); // the CLI ends the line
      return { exitCode };
    }
    return engine[method](params);
  };

  async function start(database, params) {
    await database.check();
    return startEngine(datamodels(params, database.provider), database.adapter);
  }

  /** The schema named on the command line, else that of the request; a bare provider where neither has one (`db execute`). */
  function datamodels(params, provider) {
    if (schemaPaths.length > 0) return schemaPaths.map((path) => [path, readFileSync(path, "utf8")]);
    const files = params?.schema?.files ?? params?.to?.files ?? params?.from?.files;
    if (files) return files.map(({ path, content }) => [path, content]);
    return [["schema.prisma", `datasource db {\n  provider = "${provider}"\n}\n`]];
  }
}

/** `migrate diff` of two schemas wants no database: none need be there. */
function comparesSchemas({ from, to } = {}) {
  return [from, to].every((side) => side?.tag === "empty" || side?.tag === "schemaDatamodel");
}
