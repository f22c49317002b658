import { isPlainObject } from "../store/plain-object.ts";
import { isPrismaValue } from "../store/prisma/prisma-value.ts";

/**
 * Refuses conditions that match other sessions than they say. Prisma ignores a part that is
 * `undefined` or empty, so `{ userId: undefined }` matches the sessions of every user.
 * `{ userId: NaN }` matches the sessions without a user.
 * @throws TypeError for such a condition, and for a value that is not an object
 */
export function validateWhere(method: "list" | "revoke", where: unknown): void {
  if (!isPlainObject(where)) {
    throw new TypeError(`${method}() needs a condition like \`{ userId: 7 }\`. For all sessions, pass \`{}\`.`);
  }
  const path = vacuousPart(where);
  if (path === undefined) return;
  throw new TypeError(
    `${method}(): the condition \`${path}\` is undefined, empty or not a value of Prisma. It would match other sessions ` +
      "than you mean. Pass a value, or leave it out.",
  );
}

/** The path of a part that restricts nothing. */
export function vacuousPart(condition: object): string | undefined {
  for (const [name, part] of Object.entries(condition)) {
    if (isVacuous(name, part)) return name;
    const inside = isPlainObject(part) || Array.isArray(part) ? vacuousPart(part) : undefined;
    if (inside !== undefined) return `${name}.${inside}`;
  }
  return undefined;
}

/**
 * Under these names of Prisma, an empty part has a meaning: `{ user: { is: {} } }` matches sessions
 * with a user.
 */
const MAY_BE_EMPTY = ["is", "isNot", "some", "none", "equals"];

function isVacuous(name: string, part: unknown): boolean {
  if (part === undefined) return true;
  // Prisma writes NaN as null, which is the column of every session without a user.
  if (typeof part === "number") return !Number.isFinite(part);
  if (typeof part !== "object" || part === null) return false;
  if (Array.isArray(part)) return part.length === 0 && ["AND", "OR", "NOT"].includes(name);
  if (isPlainObject(part)) return Object.keys(part).length === 0 && !MAY_BE_EMPTY.includes(name);
  // A promise, a set or an error is an object without properties to Prisma. So is `Prisma.skip`.
  return !isPrismaValue(part);
}
