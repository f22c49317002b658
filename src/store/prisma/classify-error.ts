import type { ErrorClass } from "../session-store.ts";
import { codeOf, driverErrorOf, isValidationError } from "./driver-error.ts";

/**
 * After these errors, the database has rolled the statement back. Prisma gives the code P2034 only
 * to some of them.
 */
const ROLLED_BACK: ReadonlySet<string | undefined> = new Set([
  "40001", // PostgreSQL and CockroachDB: serialization failure
  "40P01", // PostgreSQL: deadlock
  "1213", // MySQL and MariaDB: deadlock, or a Galera node refused the commit
  "1020", // MariaDB: the row has changed since the snapshot
  "3101", // MySQL Group Replication: another node's write came first
  "9007", // TiDB: write conflict
]);

/** The statement broke a rule of the table, or does not fit it. */
const REJECTED: ReadonlySet<string | undefined> = new Set([
  "SESSION_CONFIG", // this package's ConfigError
  "P2000", // value too long
  "P2002", // unique constraint
  "P2003", // foreign key constraint
  "P2011", // null constraint
  "P2020", // value out of range
  "P2021", // missing table
  "P2022", // missing column
]);

/**
 * Classifies an error that a single statement of a Prisma client threw.
 *
 * P1008 is fatal: after SQLite's "busy", libsql acknowledges writes on the same connection and
 * loses them.
 */
export function classifyError(error: unknown): ErrorClass {
  const code = codeOf(error);
  if (code === "P1008") return "fatal";
  if (REJECTED.has(code) || isValidationError(error)) return "rejected";
  return code === "P2034" || ROLLED_BACK.has(driverErrorOf(error)?.code) ? "retryable" : "unknown";
}
