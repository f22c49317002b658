// Prisma 8 has several error classes. `instanceof` would fail across bundles and versions.

/** The SQLSTATE that the database gave. On SQLite, Prisma translates some of SQLite's codes. */
export const sqlStateOf = (error: unknown): string | undefined =>
  property(error, "kind") === "sql_query" ? text(property(error, "sqlState")) : undefined;

/** Prisma's own code of an error, such as `RUNTIME.ENCODE_FAILED`, or that of this package. */
export const codeOf = (error: unknown): string | undefined => text(property(error, "code"));

/** What Prisma adds to an error that it wraps: names of columns and codecs. */
export const detailOf = (error: unknown, name: string): string | undefined =>
  text(property(property(error, "details"), name));

export const messageOf = (error: unknown): string => text(property(error, "message")) ?? "";

/** SQLite was busy for as long as the driver waits. */
export const isSqliteBusy = (error: unknown): boolean =>
  property(error, "kind") === "sql_connection" && codeOf(property(error, "cause")) === "ERR_SQLITE_ERROR";

const text = (value: unknown) => (typeof value === "string" ? value : undefined);

function property(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}
