import { ConfigError } from "../../errors.ts";
import { codeOf, detailOf, messageOf, sqlStateOf } from "./prisma-8-error.ts";

const MIGRATE =
  "Run `npx prisma migration plan` after a change of the contract, and `npx prisma db migrate` for each database. " +
  "If you have run them, check the database's URL.";

/** The value does not fit the column's type. Prisma 8 leaves this check to PostgreSQL. */
const WRONG_TYPE: ReadonlySet<string | undefined> = new Set(["22003", "22007", "22008", "22P02"]);

/**
 * What the database refuses again and again, by SQLSTATE. The messages show no values. But the
 * details of 23502 on PostgreSQL show the whole row, and no log may contain it.
 */
const REFUSALS: Readonly<Record<string, { readonly reason: string; readonly advice: string }>> = {
  "22001": {
    reason: "a value is longer than its column",
    advice: "Give the column a longer type. The column `key` needs at least 71 characters.",
  },
  "23502": {
    reason: "a column without a value does not allow NULL",
    advice: "Let `columns` fill the column, give the column a default, or make it optional.",
  },
  "23503": {
    reason: "a column that `columns` fills refers to a row that does not exist",
    advice:
      "If the owner of the session was deleted, sign out with `flush()`. Give the relation `onDelete: Cascade`, so that the " +
      "sessions of a deleted owner are deleted too.",
  },
};

/** What the date column must be, for the messages of each check. */
export const DATE_ADVICE =
  "Declare `expireDate TimestamptzJsDate(3)` on PostgreSQL, and `expireDate DateTime` on SQLite, in a column of the " +
  "same type. Then run `npx prisma contract emit`.";

/**
 * A ConfigError if only a change of the code or of the database can end the error. Otherwise the
 * error itself.
 */
export function toConfigError(error: unknown): unknown {
  const missing = missingPart(error);
  const refusal = missing ? { reason: missing, advice: MIGRATE } : REFUSALS[sqlStateOf(error) ?? ""];
  if (refusal) {
    const text = `Cannot use the session table because ${refusal.reason} (${messageOf(error)}). ${refusal.advice}`;
    return new ConfigError(text, sqlStateOf(error) === "23502" ? {} : { cause: error });
  }
  const code = codeOf(error);
  // The messages and causes of these errors show values of the statement. No log may contain them,
  // so the new error has no `cause`.
  if (code === "RUNTIME.TEMPORAL_UNAVAILABLE" || code === "RUNTIME.DECODE_FAILED") return unfitType(error);
  const isRefused = code === "RUNTIME.ENCODE_FAILED" || code?.startsWith("ORM.") || WRONG_TYPE.has(sqlStateOf(error));
  return isRefused ? refusedArguments(error) : error;
}

function missingPart(error: unknown): string | undefined {
  const sqlState = sqlStateOf(error);
  // Prisma has no SQLSTATE for what SQLite says of tables and columns.
  const message = sqlState === "HY000" ? messageOf(error) : "";
  if (sqlState === "42P01" || /no such table/.test(message)) return "the database does not have it";
  if (sqlState === "42703" || /no such column|has no column named/.test(message)) {
    return "it lacks a column that the contract has";
  }
  return undefined;
}

function unfitType(error: unknown): ConfigError {
  const column = detailOf(error, "column");
  return new ConfigError(
    `Prisma cannot read ${column ? `the column \`${column}\`` : "a column"} of the session table as the contract says. ${DATE_ADVICE}`,
  );
}

function refusedArguments(error: unknown): ConfigError {
  const label = detailOf(error, "label");
  // Of these messages, only those of `ORM.` name no values.
  const reason = codeOf(error)?.startsWith("ORM.")
    ? ` ${messageOf(error)}.`
    : label
      ? ` The value of \`${label}\` does not fit.`
      : "";
  return new ConfigError(
    `Prisma or the database refused the columns of a statement.${reason} ` +
      "Check what `columns` returns and what the condition names. If the contract has changed, run `npx prisma contract emit`.",
  );
}
