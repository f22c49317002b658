import type { ErrorClass } from "../session-store.ts";
import { codeOf, isSqliteBusy, messageOf, sqlStateOf } from "./prisma-8-error.ts";

/**
 * The database rolled the statement back. The lists are closed: Prisma 8 takes every code of five
 * capitals for a SQLSTATE, also EPIPE of a lost socket.
 */
const ROLLED_BACK: ReadonlySet<string | undefined> = new Set([
  "40001", // serialization failure
  "40P01", // deadlock
]);

/** The database refused the statement, and nothing of the statement is left. */
const REFUSED: ReadonlySet<string | undefined> = new Set([
  "22001", // value too long
  "22003", // number out of range
  "22007", // invalid date
  "22008", // date out of range
  "22021", // NUL character
  "22P02", // invalid text for the column's type
  "23000", // SQLite: another constraint
  "23502", // null constraint
  "23503", // foreign key constraint
  "23505", // unique constraint
  "23514", // check constraint
  "23P01", // exclusion constraint
  "25006", // read-only transaction
  "3D000", // missing database
  "42501", // missing privilege
  "42703", // missing column
  "42P01", // missing table
  "53300", // too many connections
  "55P03", // lock timeout
  "57014", // statement timeout, or cancelled
]);

/** The statement was not sent. */
const NOT_SENT: ReadonlySet<string | undefined> = new Set([
  "SESSION_CONFIG", // this package's ConfigError
  "CONTRACT.MARKER_READ_FAILED", // the client's first look at the database failed
]);

/** The message of pg's pool, which gives neither a class nor a code. */
const NO_CONNECTION = "timeout exceeded when trying to connect";

/**
 * What an error of a Prisma 8 client says about the single statement that threw it.
 *
 * If the connection was lost or the answer came too late, the server may have applied the
 * statement. These errors are unknown: 57P01, `sql_connection`, and node-postgres' "Query read
 * timeout".
 */
export function classifyError(error: unknown): ErrorClass {
  const sqlState = sqlStateOf(error);
  if (ROLLED_BACK.has(sqlState)) return "retryable";
  const isRejected =
    REFUSED.has(sqlState) || NOT_SENT.has(codeOf(error)) || messageOf(error) === NO_CONNECTION || isSqliteBusy(error);
  return isRejected ? "rejected" : "unknown";
}
