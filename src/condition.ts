import { isPlainObject } from "./plain-object.ts";
import { isPrismaValue } from "./store/prisma/prisma-value.ts";

/**
 * Prisma leaves out what is undefined in a condition, so that `{ userId: undefined }` means everybody, and so does a part that is empty; and
 * `{ userId: NaN }` means everybody who is not signed in.
 * @throws TypeError for that, and for what is no condition
 */
export function checkCondition(method: "list" | "revoke", where: unknown): void {
  if (!isPlainObject(where)) {
    throw new TypeError(`${method}() needs a condition like \`{ userId: 7 }\`. For all sessions, give \`{}\`.`);
  }
  const path = emptyIn(where);
  if (path === undefined) return;
  throw new TypeError(
    `In the condition of ${method}(), ${path} is undefined, empty or no value, which would mean others than it says. Give a value, or leave it out.`,
  );
}

/** Where a condition has a part that says nothing. */
export function emptyIn(condition: object): string | undefined {
  for (const [name, part] of Object.entries(condition)) {
    if (saysNothing(name, part)) return name;
    const inside = isPlainObject(part) || Array.isArray(part) ? emptyIn(part) : undefined;
    if (inside !== undefined) return `${name}.${inside}`;
  }
  return undefined;
}

/** Under these names of Prisma's an empty part says something: `{ user: { is: {} } }`, whoever has a user. */
const MAY_BE_EMPTY = ["is", "isNot", "some", "none", "equals"];

function saysNothing(name: string, part: unknown): boolean {
  if (part === undefined) return true;
  // Prisma takes them for null, which is the column of everybody who is not signed in.
  if (typeof part === "number") return !Number.isFinite(part);
  if (typeof part !== "object" || part === null) return false;
  if (Array.isArray(part)) return part.length === 0 && ["AND", "OR", "NOT"].includes(name);
  if (isPlainObject(part)) return Object.keys(part).length === 0 && !MAY_BE_EMPTY.includes(name);
  // A promise, a set, an error and the like are to Prisma objects without a property; so is `Prisma.skip`.
  return !isPrismaValue(part);
}
