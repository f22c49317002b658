import { vacuousPart } from "../admin/validate-where.ts";
import { isPlainObject } from "../store/plain-object.ts";
import { isValidationError } from "../store/prisma/driver-error.ts";
import { toConfigError } from "../store/prisma/to-config-error.ts";
import type { Columns } from "../store/session-store.ts";
import { checkJsonKeys } from "./check-json-keys.ts";
import { CommandError } from "./command-error.ts";
import { printable } from "./printable.ts";

/** The option that selects sessions. */
export const WHERE_OPTION = {
  where: {
    type: "string",
    value: "JSON",
    help: `which sessions: Prisma's \`where\` as JSON, such as '{"userId":7}'`,
  },
} as const;

/** JSON in the quotes that the user's shell needs. */
const QUOTED = process.platform === "win32" ? `"{\\"userId\\":7}"` : `'{"userId":7}'`;

const MAX_SHOWN = 80;

/**
 * Parses the condition of `--where`.
 * @throws CommandError if the text is not a condition, or if a part of it would match other
 *   sessions than intended
 */
export function parseWhere(text: string): Columns {
  const where = parseJson(text);
  if (!isPlainObject(where)) {
    throw new CommandError(
      `--where must be a JSON object, but it is ${shown(text)}. Write it as in --where ${QUOTED}.`,
    );
  }
  checkJsonKeys("where", text);
  const empty = vacuousPart(where);
  if (empty !== undefined) {
    throw new CommandError(
      `In --where, ${printable(empty)} is empty, so that the condition would match other sessions than it says. ` +
        "Give it a value, or leave it out.",
    );
  }
  return where as Columns;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new CommandError(
      `--where must be JSON, but it is ${shown(text)}. ` +
        `A shell removes quotes, so put the whole value into quotes, as in --where ${QUOTED}.`,
    );
  }
}

const shown = (text: string) =>
  text === "" ? "empty" : printable(text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}...` : text);

/**
 * Checks the numbers of a condition. For an Int column, Prisma truncates 7.5 to 7, and JSON rounds
 * long numbers.
 * @throws CommandError if a number of the condition would match other sessions than intended
 */
export function checkNumbers(where: object, types: Readonly<Record<string, string | undefined>>, column = ""): void {
  for (const [name, part] of Object.entries(where)) {
    const owner = types[name] === undefined ? column : name;
    if (typeof part === "object" && part !== null) checkNumbers(part, types, owner);
    if (typeof part !== "number" || FRACTIONAL.includes(types[owner])) continue;
    if (Number.isSafeInteger(part) && (types[owner] !== "Int" || Math.abs(part) <= MAX_INT)) continue;
    throw new CommandError(
      `In --where, the number ${part} does not fit the column ${printable(owner || name)}. ` +
        "Give a whole number of its type. Write a number of more than 15 digits as a string, in double quotes.",
    );
  }
}

const FRACTIONAL: readonly (string | undefined)[] = ["Float", "Decimal", "Json"];
const MAX_INT = 2 ** 31 - 1;

/**
 * The lines of Prisma's message that name a wrong argument. They show no values of other arguments.
 */
const REASON = /^(Unknown a|Invalid value for a|A)rgument `.*$/;

/**
 * Runs a statement with the user's condition.
 * @throws CommandError if Prisma refuses the condition
 * @throws ConfigError if the table or a column is missing
 */
export async function blamingWhere<Result>(where: Columns, statement: () => PromiseLike<Result>): Promise<Result> {
  try {
    return await statement();
  } catch (error) {
    if (Object.keys(where).length === 0 || !isValidationError(error)) throw toConfigError(error);
    const [reason = ""] = REASON.exec(error.message.trimEnd().split("\n").at(-1) ?? "") ?? [];
    const what = reason.replace(" Available options are marked with ?.", "");
    throw new CommandError(
      `Prisma refused --where. ${what}${what ? " " : ""}` +
        (/DateTime/.test(what) ? "Write a date as in 2026-01-31T00:00:00Z." : "Name the fields of your Prisma model."),
    );
  }
}
