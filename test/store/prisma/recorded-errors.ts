// Errors as Prisma threw them, reduced to what may be looked at. Databases: PostgreSQL 18, MariaDB
// 10.11, SQLite through libsql.
import type { ErrorClass } from "prisma-db-session";

/** What Prisma's adapter made of the database's error. */
interface Cause {
  readonly kind: string;
  readonly originalCode?: string;
  readonly originalMessage?: string;
  readonly code?: string | number;
}

const INVOCATION = "\nInvalid `prisma.session.updateMany()` invocation:\n\n";

/** An error that Prisma has a code for. */
function known(code: string, cause?: Cause, message = INVOCATION) {
  const driverAdapterError = cause && Object.assign(new Error(cause.kind), { name: "DriverAdapterError", cause });
  const meta = { modelName: "Session", ...(driverAdapterError && { driverAdapterError }) };
  return Object.assign(new Error(message), { name: "PrismaClientKnownRequestError", code, meta });
}

/**
 * What 6.19 (with `engineType = "client"`) and 7.0 throw if Prisma has no code for the error: the
 * adapter's error.
 */
const adapterError = (cause: Cause) =>
  Object.assign(new Error(cause.originalMessage), { name: "DriverAdapterError", cause, clientVersion: "7.0.0" });

/** What Prisma 6 throws then with its Rust engine, with and without an adapter. */
const rustError = (kind: string) =>
  Object.assign(
    new Error(
      `${INVOCATION}\nError occurred during query execution:\n` +
        `ConnectorError(ConnectorError { user_facing_error: None, kind: QueryError(${kind}), transient: false })`,
    ),
    { name: "PrismaClientUnknownRequestError", clientVersion: "6.19.3" },
  );

const rustPostgres = (code: string, message: string) =>
  rustError(
    `PostgresError { code: "${code}", message: "${message}", severity: "ERROR", detail: Some("…"), column: None, hint: None }`,
  );

const rustMysql = (code: number, message: string) =>
  rustError(`Server(MysqlError { code: ${code}, message: "${message}", state: "HY000" })`);

const mysql = (code: number, originalMessage: string): Cause => ({
  kind: "mysql",
  originalCode: String(code),
  originalMessage,
  code,
});

const postgres = (code: string, originalMessage: string): Cause => ({
  kind: "postgres",
  originalCode: code,
  originalMessage,
  code,
});

const conflict = (originalCode: string): Cause => ({ kind: "TransactionWriteConflict", originalCode });
const missing = (kind: string, originalCode: string, originalMessage: string): Cause => ({
  kind,
  originalCode,
  originalMessage,
});
const sqlite = (originalMessage: string): Cause => ({ kind: "sqlite", originalCode: "1", originalMessage });

const noTable = "SQLITE_ERROR: no such table: main.session";
const noColumn = "SQLITE_ERROR: no such column: main.session.user_id";
const noColumnToWrite = "SQLITE_ERROR: table main.session has no column named user_id";
const validationError = Object.assign(new Error("Argument `data`: Invalid value provided."), {
  name: "PrismaClientValidationError",
});

/** The missing tables and columns among them, which become a ConfigError. */
export const missingTables: readonly (readonly [what: string, error: unknown])[] = [
  [
    "PostgreSQL's missing table",
    known("P2021", missing("TableDoesNotExist", "42P01", 'relation "public.session" does not exist')),
  ],
  [
    "MariaDB's missing table",
    known("P2021", missing("TableDoesNotExist", "1146", "Table 'app.session' doesn't exist")),
  ],
  [
    "a missing table, 6.19 with the Rust engine",
    known("P2021", undefined, `${INVOCATION}\nThe table \`public.session\` does not exist in the current database.`),
  ],
  ["SQLite's missing table, 7.10", known("P2039", sqlite(noTable))],
  ["SQLite's missing table, 6.19 and 7.0", adapterError(sqlite(noTable))],
  [
    "SQLite's missing table, 6.19 with the Rust engine",
    rustError(`SqliteError { extended_code: 1, message: Some("${noTable}") }`),
  ],
];

export const missingColumns: readonly (readonly [what: string, error: unknown])[] = [
  [
    "PostgreSQL's missing column",
    known("P2022", missing("ColumnNotFound", "42703", "column session.user_id does not exist")),
  ],
  [
    "MariaDB's missing column",
    known("P2022", missing("ColumnNotFound", "1054", "Unknown column 'session.user_id' in 'WHERE'")),
  ],
  ["SQLite's missing column, on INSERT", known("P2022", { ...sqlite(noColumnToWrite), kind: "ColumnNotFound" })],
  ["SQLite's missing column, 7.10", known("P2039", sqlite(noColumn))],
  ["SQLite's missing column, 6.19 and 7.0", adapterError(sqlite(noColumn))],
  [
    "SQLite's missing column, 6.19 with the Rust engine",
    rustError(`SqliteError { extended_code: 1, message: Some("${noColumn}") }`),
  ],
];

/** Each error with its class. */
export const recordedErrors: readonly (readonly [errorClass: ErrorClass, what: string, error: unknown])[] = [
  ["retryable", "PostgreSQL's deadlock, 7.10", known("P2034", conflict("40P01"))],
  ["retryable", "PostgreSQL's deadlock, 6.19 and 7.0", adapterError(postgres("40P01", "deadlock detected"))],
  ["retryable", "PostgreSQL's deadlock, 6.19 with the Rust engine", rustPostgres("40P01", "deadlock detected")],
  ["retryable", "PostgreSQL's serialization failure", known("P2034", conflict("40001"))],
  ["retryable", "any write conflict, 6.19 with the Rust engine", known("P2034")],
  ["retryable", "MariaDB's deadlock", known("P2034", conflict("1213"))],
  ["retryable", "MariaDB's changed row, 7.10", known("P2039", mysql(1020, "Record has changed since last read"))],
  ["retryable", "MariaDB's changed row, 6.19 and 7.0", adapterError(mysql(1020, "Record has changed since last read"))],
  [
    "retryable",
    "MariaDB's changed row, 6.19 with the Rust engine",
    rustMysql(1020, "Record has changed since last read in table 'session'"),
  ],
  ["retryable", "Group Replication's conflict, 7.10", known("P2039", mysql(3101, "Plugin instructed the server"))],
  ["retryable", "Group Replication's conflict, 7.0", adapterError(mysql(3101, "Plugin instructed the server"))],
  ["retryable", "TiDB's write conflict, 7.10", known("P2039", mysql(9007, "Write conflict"))],
  ["retryable", "TiDB's write conflict, 7.0", adapterError(mysql(9007, "Write conflict"))],
  ["retryable", "an adapter of 6.7, which has no originalCode", adapterError({ kind: "postgres", code: "40P01" })],

  ["rejected", "a duplicate key", known("P2002", { kind: "UniqueConstraintViolation", originalCode: "23505" })],
  ["rejected", "a duplicate key, 6.19 with the Rust engine", known("P2002")],
  ["rejected", "a broken foreign key", known("P2003")],
  ["rejected", "invalid arguments", validationError],
  ["rejected", "a ConfigError of another copy of this package", Object.assign(new Error(), { code: "SESSION_CONFIG" })],
  ["rejected", "a missing table", known("P2021")],
  ["rejected", "a missing column", known("P2022")],

  ["fatal", "SQLite's busy database", known("P1008", { kind: "SocketTimeout", originalCode: "5" })],

  ["unknown", "a lock timeout of MariaDB", known("P2039", mysql(1205, "Lock wait timeout exceeded"))],
  ["unknown", "a lock timeout of PostgreSQL", adapterError(postgres("55P03", "canceling statement"))],
  ["unknown", "a lock timeout, 6.19 with the Rust engine", rustPostgres("55P03", "canceling statement")],
  ["unknown", "a terminated connection", known("P2039", postgres("57P01", "terminating connection"))],
  ["unknown", "a closed connection", known("P1017")],
  ["unknown", "a reset connection of MariaDB", Object.assign(new Error(), { code: "ECONNRESET" })],
  ["unknown", "a crashed server", new Error("Connection terminated unexpectedly")],
  ["unknown", "data that only look like a deadlock", known("P2039", postgres("57014", 'code: "40P01", P2034'))],
  ["unknown", "data that only look like a deadlock, with the Rust engine", rustPostgres("57014", 'code: \\"40P01\\"')],
  [
    "unknown",
    "another error that quotes a deadlock",
    new Error('QueryError(PostgresError { code: "40P01", message: ""'),
  ],
  ["unknown", "nothing", undefined],
  ["unknown", "null", null],
  ["unknown", "a text", "P2034"],
  ["unknown", "a number as the code", { code: 2034 }],
];
