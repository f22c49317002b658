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
  const problem = PROBLEMS.find(({ codes }) => codes.some((code) => hasCode(error, code)));
  if (!problem) return error;
  // These messages of databases and of Prisma name tables and columns, and show no values.
  const detail = problem.showsValues ? "" : ` (${driverErrorOf(error)?.message || lastLine(error)})`;
  return new ConfigError(`Cannot use the session table because ${problem.reason}${detail}. ${problem.advice}`, {
    cause: error,
  });
}

/** What the database refuses again and again. */
interface Problem {
  /** Prisma's codes, or a database's own codes where Prisma has none. */
  readonly codes: readonly (string | { readonly driver: string; readonly message?: RegExp })[];
  readonly reason: string;
  readonly advice: string;
  /** Whether the database's message shows values, which must get into no log. */
  readonly showsValues?: boolean;
}

const PROBLEMS: readonly Problem[] = [
  {
    // Prisma has no code for what SQLite says through libsql.
    codes: ["P2021", { driver: "1", message: /no such table/ }],
    reason: "the database does not have it",
    advice: MIGRATE,
  },
  {
    codes: ["P2022", { driver: "1", message: /no such column|has no column named/ }],
    reason: "it lacks a column that the Prisma model has",
    advice: MIGRATE,
  },
  {
    codes: ["P2000"],
    reason: "a value is longer than its column",
    advice:
      "Give the column a longer type. On MySQL, `data` needs `@db.LongText`. The column `key` needs at least 71 characters.",
  },
  {
    codes: ["P2003"],
    reason: "a column that `columns` fills refers to a row that does not exist",
    advice:
      "If the owner of the session was deleted, sign out with `flush()`. Give the relation `onDelete: Cascade`, so that the " +
      "sessions of a deleted owner are deleted too.",
  },
  {
    codes: ["P2011"],
    reason: "a column without a value does not allow NULL",
    advice: "Let `columns` fill the column, give the column a default, or make it optional.",
  },
  {
    codes: [{ driver: "1366" }], // MySQL and MariaDB: incorrect string value
    reason: "its character set cannot hold a text of the session",
    advice: "Convert the table: `ALTER TABLE session CONVERT TO CHARACTER SET utf8mb4`.",
    showsValues: true,
  },
];

function hasCode(error: unknown, code: Problem["codes"][number]): boolean {
  if (typeof code === "string") return codeOf(error) === code;
  const driverError = driverErrorOf(error);
  return driverError?.code === code.driver && (code.message?.test(driverError.message) ?? true);
}

/**
 * Prisma's message shows all values of the statement: the session's data, and what the key column
 * holds. No log may contain them, so the new error has no `cause`. The message's last line usually
 * names only arguments and types.
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
