/** Something to tell the user in plain words; the code is Prisma's (P1001: no server, P1003: no such database, ...). */
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
    `${TITLES[provider] ?? provider} needs Prisma's native engine: the WebAssembly one knows SQLite, PostgreSQL and CockroachDB only. ` +
      "Where Prisma's download host can be reached, run `npx prisma` itself; " +
      "elsewhere set PRISMA_SCHEMA_ENGINE_BINARY to a schema-engine that was downloaded before.",
  );

/** @returns {{ message: string, code?: string }} what the CLI shows */
export function describe(error) {
  if (!(error instanceof Error)) return { message: String(error) };
  const connector = /`(\w+)` is not a supported connector/.exec(error.message)?.[1];
  return connector ? needsNativeEngine(connector) : error;
}
