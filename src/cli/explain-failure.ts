import { ConfigError } from "../errors.ts";
import { messageOf } from "./command-error.ts";

/** A known failure, recognised by its code, or by its message if Prisma gives no code. */
interface KnownFailure {
  readonly sign: RegExp;
  readonly what: string;
  readonly advice: string;
}

/**
 * The first match counts.
 * Codes: https://www.prisma.io/docs/orm/reference/error-reference#error-codes
 */
const KNOWN: readonly KnownFailure[] = [
  {
    sign: /^ No answer within 30 seconds$/,
    what: "The database is silent",
    advice: "Check that it runs, that the URL is right, and that nothing locks the table.",
  },
  {
    sign: /25006|read-only transaction|readonly database|running with the --read-only option/i,
    what: "The connection is read-only",
    advice: "Use the URL of the primary server, and a user that may write.",
  },
  {
    sign: /P2003|foreign key constraint/i,
    what: "A foreign key refuses the row",
    advice: "Give its column a value that the other table has.",
  },
  {
    sign: /URL_INVALID|invalid url|error parsing connection string/i,
    what: "The URL of the database is not valid",
    advice:
      "Set it in the environment, or in the .env file of the folder in which you run the command. An empty URL means that it was not found.",
  },
  {
    sign: /P1008|SQLITE_BUSY|database is locked/,
    what: "The database is busy",
    advice:
      "Another process writes to it. Run the command again. On SQLite give the adapter a `timeout`, as in `new PrismaLibSql({ url, timeout: 5000 })`.",
  },
  {
    sign: /P1010|denied access|access denied for user .* to database/i,
    what: "The database denies the user access",
    advice: "Grant the access, or use another user in the URL.",
  },
  {
    sign: /P1000|authentication failed|access denied for user/i,
    what: "The database refuses the user or the password",
    advice: "Check both in the URL, which comes from the environment or from a .env file.",
  },
  {
    sign: /P1003|database \S+ does not exist|unknown database/i,
    what: "The database does not exist",
    advice: "Check its name in the URL, or create it, for example with `npx prisma migrate deploy`.",
  },
  {
    sign: /P10(01|02|11|13|17)|ECONN|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|can't reach|unable to (open|connect)|pool timeout|trying to connect|connection failed|fetch failed/i,
    what: "The database cannot be reached",
    advice: "Check that it runs, and that the URL is right. The URL comes from the environment or from a .env file.",
  },
];

/**
 * The names of errors that are mistakes in code: of this package or of an extension of the client.
 */
const MISTAKE = /^(Type|Range|Reference|Syntax|PrismaClientValidation)Error$/;

/**
 * Explains why a command failed, and what to do. The message of a `ConfigError` says both.
 * @param fallback What to do about an unknown failure.
 */
export function explainFailure(
  error: unknown,
  fallback = "Fix the cause, and run the command again. Deleted rows stay deleted.",
): string {
  if (error instanceof ConfigError) return `${messageOf(error)}.`;
  const { what, advice = fallback } = failureOf(error);
  return `${what}. ${advice}`;
}

/** The explanation in two parts. Only a known failure has an `advice`. */
export function failureOf(error: unknown): { readonly what: string; readonly advice: string | undefined } {
  const message = withoutInvocation(error);
  const coded = `${codeOf(error)} ${message}`;
  const known = KNOWN.find(({ sign }) => sign.test(coded));
  if (known) return { what: `${known.what}: ${message}`, advice: known.advice };
  const who = error instanceof Error && MISTAKE.test(error.name) ? "It" : "The database";
  return { what: `${who} failed: ${message}`, advice: undefined };
}

/** The code of an error of Prisma, of a driver or of this package. Empty if it has none. */
export const codeOf = (error: unknown): string =>
  typeof error === "object" && error !== null && "code" in error ? String(error.code) : "";

/** A line of code in Prisma's message, with its line number. The line of the call has an arrow. */
const CODE = /^(→| )\s*\d+( |$)/;

/** Removes the first lines of Prisma's message, which show the failed call of this package. */
export function withoutInvocation(error: unknown): string {
  const lines = error instanceof Error ? error.message.trim().split("\n") : [];
  if (!lines[0]?.startsWith("Invalid `")) return messageOf(error);
  const isPlace = (line: string, i: number) =>
    i === 0 || line.trim() === "" || /^\S.*:\d+:\d+$/.test(line) || CODE.test(line);
  return messageOf(lines.slice(lines.findIndex((line, i) => !isPlace(line, i))).join("\n"));
}
