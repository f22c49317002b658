/** The database's own description of a failure. */
export interface DriverError {
  /** PostgreSQL's SQLSTATE, or the number of MySQL or SQLite as text. */
  readonly code: string;
  readonly message: string;
}

/**
 * Matches the database's error in the messages of Prisma 6's Rust engine:
 *
 * - `QueryError(PostgresError { code: "40P01", message: "deadlock detected", ...`
 * - `QueryError(Server(MysqlError { code: 1020, message: "Record has changed ...", ...`
 * - `QueryError(SqliteError { extended_code: 1, message: Some("no such table: session") ...`
 */
const RUST_ERROR = /QueryError\((?:Server\()?\w+Error \{ (?:extended_)?code: "?(\w+)"?, message: (?:Some\()?"(.*?)"/;

/**
 * Finds the database's own error in an error of Prisma. `undefined` if Prisma gives none.
 *
 * - Prisma 7.10: `error.meta.driverAdapterError.cause`.
 * - Prisma 7.0, and 6.19 with `engineType = "client"`: the same. But if Prisma has no code of its
 *   own for the error, it throws the adapter's error: `error.cause`, without an `error.code`.
 * - Prisma 6 with its Rust engine: only in the message of a PrismaClientUnknownRequestError.
 */
export function driverErrorOf(error: unknown): DriverError | undefined {
  const adapterError = property(error, "name") === "DriverAdapterError" ? error : adapterErrorIn(error);
  const cause = property(adapterError, "cause");
  const code = property(cause, "originalCode") ?? property(cause, "code");
  if (code !== undefined) return { code: String(code), message: String(property(cause, "originalMessage") ?? "") };
  if (property(error, "name") !== "PrismaClientUnknownRequestError") return undefined;
  const [, rustCode, message = ""] = RUST_ERROR.exec(String(property(error, "message"))) ?? [];
  return rustCode === undefined ? undefined : { code: rustCode, message };
}

/** The code of an error of Prisma or of this package. `instanceof` would fail across bundles. */
export function codeOf(error: unknown): string | undefined {
  const code = property(error, "code");
  return typeof code === "string" ? code : undefined;
}

/** Prisma refused the arguments before it sent anything. */
export const isValidationError = (error: unknown): error is Error =>
  error instanceof Error && error.name === "PrismaClientValidationError";

const adapterErrorIn = (error: unknown) => property(property(error, "meta"), "driverAdapterError");

function property(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}
