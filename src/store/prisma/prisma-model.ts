// Reads the description of a Prisma model at run time.
import { ConfigError } from "../../errors.ts";
import { isPlainObject } from "../plain-object.ts";
import { PRISMA_8_ADVICE, prisma8Object } from "../prisma-8-object.ts";
import type { Columns } from "../session-store.ts";
import { isPrismaValue } from "./prisma-value.ts";
import type { SessionDelegate } from "./session-delegate.ts";

const COLUMNS = { key: "String", data: "String", expireDate: "DateTime" };
const METHODS = ["findUnique", "findMany", "createMany", "updateMany", "deleteMany"] as const;

/**
 * Checks that an object is a Prisma model with the columns of the package.
 *
 * TypeScript finds these mistakes at compile time. This check is for JavaScript, and for a client
 * that is older than its schema.
 *
 * @throws ConfigError that says what is missing
 */
export function checkModel(model: SessionDelegate): void {
  const prisma8 = prisma8Object(model);
  if (prisma8) {
    throw new ConfigError(`\`model\` must be a model of Prisma 7 or 6, but this is ${prisma8}. ${PRISMA_8_ADVICE}`);
  }
  if (typeof model === "object" && model !== null && "$queryRaw" in model) {
    throw new ConfigError("`model` must be a Prisma model, but this is the client. Pass `prisma.session`.");
  }
  const missing = METHODS.filter((method) => typeof model?.[method] !== "function");
  if (missing.length > 0) {
    throw new ConfigError(
      `\`model\` must be a Prisma model, but it has no ${missing.join(", ")}. ` +
        "Add the model Session to your schema, run `npx prisma generate` and pass `prisma.session`.",
    );
  }
  const fields = fieldTypes(model);
  if (!fields) return;
  for (const [column, type] of Object.entries(COLUMNS)) {
    if (fields[column] !== type) {
      throw new ConfigError(
        `The Prisma model must have a field \`${column} ${type}\`, but ${fields[column] ? `its type is ${fields[column]}` : "it is missing"}. ` +
          "Copy the model from the README of prisma-db-session, then run `npx prisma migrate dev` and `npx prisma generate`.",
      );
    }
  }
}

/**
 * Whether the model belongs to an interactive transaction. Its client has no `$disconnect`.
 */
export function isInTransaction(model: object): boolean {
  const client: unknown = Reflect.get(model, "$parent");
  return typeof client === "object" && client !== null && !("$disconnect" in client);
}

/**
 * The names of the user's own columns. Empty if the model does not describe its fields, as a fake
 * may not.
 */
export function ownColumns(model: object): string[] {
  return Object.keys(fieldTypes(model) ?? {}).filter((name) => !(name in COLUMNS));
}

/**
 * Returns a check that only JSON columns get objects. The check throws a ConfigError.
 *
 * Prisma would run `{ set: 8 }` or `{ increment: 1 }` as an operation. The value may come from an
 * attacker who filled the session.
 */
export function columnChecker(model: object): (columns: Columns | undefined) => void {
  const types = fieldTypes(model);
  return (columns = {}) => {
    for (const [name, value] of Object.entries(columns)) {
      if (!isOperation(value) || types?.[name] === "Json") continue;
      throw new ConfigError(
        `Cannot write the column \`${name}\` because \`columns\` returned an object for it and it does not hold JSON. ` +
          "Return a value of the column's type, whatever the session holds.",
      );
    }
  };
}

/**
 * A plain object always counts as an operation, whatever its properties are. It may come from the
 * JSON of the session.
 */
function isOperation(value: unknown): boolean {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  return isPlainObject(value) || !isPrismaValue(value);
}

/**
 * The types of a model's scalar fields. Prisma describes them in `fields`. `undefined` for a fake
 * of a model without `fields`.
 */
export function fieldTypes(model: object): Record<string, string | undefined> | undefined {
  if (!("fields" in model) || typeof model.fields !== "object" || model.fields === null) return undefined;
  return Object.fromEntries(
    Object.entries(model.fields).map(([column, field]: [string, unknown]) => {
      const type: unknown = typeof field === "object" && field !== null ? Reflect.get(field, "typeName") : undefined;
      return [column, typeof type === "string" ? type : undefined];
    }),
  );
}
