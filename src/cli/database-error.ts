import { messageOf } from "./command-error.ts";

const TABLE_MISSING = /P20(21|22)|no such (table|column)/;
const UNREACHABLE =
  /P10\d\d|ECONN|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|can't reach|unable to (open|connect)|pool timeout|trying to connect|connection failed/i;

/** What the database, or Prisma, said, and what to do about it. */
export function explainDatabaseError(error: unknown): string {
  const message = withoutInvocation(error);
  const known = `${codeOf(error)} ${message}`;
  if (TABLE_MISSING.test(known)) {
    return `The session table is not as the client has it: ${message}. Apply your migrations, for example by \`npx prisma migrate deploy\`.`;
  }
  if (UNREACHABLE.test(known)) {
    return (
      `The database cannot be reached: ${message}. See that it runs, and that its URL is right: ` +
      "it comes from the environment, from .env.local or from .env."
    );
  }
  return `The database failed: ${message}. What was deleted stays deleted; mend that, and run the command again.`;
}

const codeOf = (error: unknown): string =>
  typeof error === "object" && error !== null && "code" in error ? String(error.code) : "";

/** A line of the code around a call, with its number; the call's own has an arrow. */
const CODE = /^(→| )\s*\d+( |$)/;

/** Prisma puts before its message which call of ours failed, and where. */
function withoutInvocation(error: unknown): string {
  const lines = error instanceof Error ? error.message.trim().split("\n") : [];
  if (!lines[0]?.startsWith("Invalid `")) return messageOf(error);
  const isPlace = (line: string, i: number) =>
    i === 0 || line.trim() === "" || /^\S+:\d+:\d+$/.test(line) || CODE.test(line);
  return messageOf(lines.slice(lines.findIndex((line, i) => !isPlace(line, i))).join("\n"));
}
