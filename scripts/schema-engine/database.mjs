import { needsNativeEngine, UserError } from "./errors.mjs";
import { postgres } from "./postgres.mjs";
import { sqlite } from "./sqlite.mjs";

/**
 * @typedef {object} Database
 * @property {string} provider
 * @property {import("@prisma/driver-adapter-utils").SqlMigrationAwareDriverAdapterFactory} adapter
 * @property {() => Promise<void>} check rejects with a UserError where there is no connection to be had
 * @property {() => Promise<void>} create
 * @property {() => Promise<void>} [reset] where the engine's own is of no use
 */

/** @returns {Database} */
export function connectDatabase(url = "") {
  const protocol = url.split(":")[0];
  if (protocol === "file") return sqlite(url);
  if (protocol === "postgres" || protocol === "postgresql") return postgres(url);
  if (protocol === "mysql") throw needsNativeEngine("mysql");
  throw new UserError(
    url
      ? `There is no database for a URL that begins with ${protocol}:. Use file:, postgresql: or postgres:.`
      : "There is no database URL. Set the one that prisma.config.ts reads (DATABASE_URL).",
  );
}
