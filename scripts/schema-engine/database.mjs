import { needsNativeEngine, UserError } from "./errors.mjs";
import { postgres } from "./postgres.mjs";
import { sqlite } from "./sqlite.mjs";

/**
 * @typedef {object} Database
 * @property {string} provider
 * @property {import("@prisma/driver-adapter-utils").SqlMigrationAwareDriverAdapterFactory} adapter
 * @property {() => Promise<void>} check rejects with a UserError if no connection is possible
 * @property {() => Promise<void>} create
 * @property {() => Promise<void>} [reset] replaces the engine's own reset, if that does not work
 */

/** @returns {Database} */
export function connectDatabase(url = "") {
  const protocol = url.split(":")[0];
  if (protocol === "file") return sqlite(url);
  if (protocol === "postgres" || protocol === "postgresql") return postgres(url);
  if (protocol === "mysql") throw needsNativeEngine("mysql");
  throw new UserError(
    url
      ? `Cannot use a database URL that begins with ${protocol}:. Use file:, postgresql: or postgres:.`
      : "The database URL is not set. Set the variable that prisma.config.ts reads (`DATABASE_URL`).",
  );
}
