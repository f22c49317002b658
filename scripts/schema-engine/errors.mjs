/**
 * An error for the user. `code` is Prisma's: P1001 if there is no server, P1003 if there is no
 * database.
 */
export class UserError extends Error {
  constructor(message, code) {
    super(message);
    this.code = code;
  }
}

const TITLES = { mysql: "MySQL", sqlserver: "SQL Server", mongodb: "MongoDB" };

/** @param {string} provider */
export const needsNativeEngine = (provider) =>
  new UserError(
    `${TITLES[provider] ?? provider} needs Prisma's native engine: the WebAssembly engine supports only SQLite, PostgreSQL and CockroachDB. ` +
      "Run `npx prisma` if this machine can reach Prisma's download host. " +
      "Otherwise set `PRISMA_SCHEMA_ENGINE_BINARY` to a schema engine that you have downloaded.",
  );

/** @returns {{ message: string, code?: string }} the message and code that the CLI shows */
export function describe(error) {
  if (!(error instanceof Error)) return { message: String(error) };
  const connector = /`(\w+)` is not a supported connector/.exec(error.message)?.[1];
  return connector ? needsNativeEngine(connector) : error;
}
