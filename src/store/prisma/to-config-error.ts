import { ConfigError } from "../../errors.ts";
import { codeOf, driverErrorOf, isValidationError } from "./driver-error.ts";

const MIGRATE =
  "Run `npx prisma migrate dev` in development, or `npx prisma migrate deploy` in production. " +
  "If you have run it, check the database's URL.";

/**
 * A ConfigError if only a change of the code or of the database can end the error. Otherwise the
 * error itself.
 */
export function toConfigError(error: unknown): unknown {
  if (isValidationError(error)) return invalidArguments(error);
  for (const what of ["table", "column"] as const) if (isMissing(what, error)) return missing(what, error);
  return error;
}

const REASONS = {
  table: "the database does not have it",
  column: "it lacks a column that the Prisma model has",
};

function missing(what: "table" | "column", error: unknown): ConfigError {
  // These messages of databases and of Prisma name tables and columns, and show no values.
  const detail = driverErrorOf(error)?.message || lastLine(error);
  return new ConfigError(`Cannot use the session table because ${REASONS[what]} (${detail}). ${MIGRATE}`, {
    cause: error,
  });
}

const PRISMA_CODES = { table: "P2021", column: "P2022" };
const SQLITE_MESSAGES = { table: /no such table/, column: /no such column|has no column named/ };

/** Prisma has no code for what SQLite says through libsql. */
function isMissing(what: "table" | "column", error: unknown): boolean {
  if (codeOf(error) === PRISMA_CODES[what]) return true;
  const driverError = driverErrorOf(error);
  return driverError?.code === "1" && SQLITE_MESSAGES[what].test(driverError.message);
}

/**
 * Prisma's message shows all values of the statement: the session's data, and what the key column
 * holds. That must get into no log, so the error is no `cause` here. Its last line usually names
 * only arguments and types.
 */
function invalidArguments(error: Error): ConfigError {
  const [reason] = /^(Unknown a|Invalid value for a|A)rgument `.*$/.exec(lastLine(error)) ?? [];
  return new ConfigError(
    `Prisma refused the columns of a statement. ${reason === undefined ? "" : `${reason} `}` +
      "Check what `columns` returns and what the condition names. If the schema has changed, run `npx prisma generate`.",
  );
}

const lastLine = (error: unknown) =>
  (error instanceof Error ? error.message.trimEnd().split("\n").at(-1) : undefined) ?? "";
