import { readFileSync } from "node:fs";
import { connectDatabase } from "./database.mjs";
import { print } from "./rpc.mjs";
import { withoutUrl, withoutUrls } from "./schema-of-prisma-6.mjs";
import { emptyDatabase } from "./sqlite.mjs";
import { startEngine } from "./wasm.mjs";

/**
 * Passes the CLI's requests to the WebAssembly engine. Most methods have the same names as those of
 * the native engine.
 *
 * @param {string | undefined} url of the database
 * @param {string[]} schemaPaths
 */
export function requestHandler(url, schemaPaths) {
  // One engine serves all requests, because one run of the CLI uses one schema and one database.
  let engine;

  return async (method, request, id) => {
    // `db pull` writes the schema of its request back into the file, so it must stay as it is.
    const params = method === "introspect" ? request : withoutUrls(request);
    if (method === "createDatabase") return connectDatabase(url).create();
    const database = comparesSchemas(params) ? emptyDatabase() : connectDatabase(url);
    if (method === "reset" && database.reset) {
      engine = undefined; // the old engine is connected to the deleted database
      return database.reset();
    }
    engine ??= await start(database, params);
    if (method === "getDatabaseVersion") return engine.version(params);
    if (method === "diff") {
      const { stdout, exitCode } = await engine.diff(params);
      if (stdout) print(id, stdout.replace(/\n$/, "")); // the CLI adds the line break
      return { exitCode };
    }
    return engine[method](params);
  };

  async function start(database, params) {
    await database.check();
    return startEngine(datamodels(params, database.provider), database.adapter);
  }

  /**
   * The schema of the command line, or of the request. If neither names a schema, as in
   * `db execute`: a schema with only a provider.
   */
  function datamodels(params, provider) {
    if (schemaPaths.length > 0) return schemaPaths.map((path) => [path, withoutUrl(readFileSync(path, "utf8"))]);
    const files = params?.schema?.files ?? params?.to?.files ?? params?.from?.files;
    if (files) return files.map(({ path, content }) => [path, content]);
    return [["schema.prisma", `datasource db {\n  provider = "${provider}"\n}\n`]];
  }
}

/** Whether the request is a `migrate diff` of two schemas, which works without a database. */
function comparesSchemas({ from, to } = {}) {
  return [from, to].every((side) => side?.tag === "empty" || side?.tag === "schemaDatamodel");
}
