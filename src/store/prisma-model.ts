// What is known of a Prisma model besides its type.
import { ConfigError } from "../errors.ts";
import { isPlainObject } from "../plain-object.ts";
import { isPrismaValue } from "./prisma-value.ts";
import type { SessionDelegate } from "./session-delegate.ts";
import type { Columns } from "./session-store.ts";

const COLUMNS = { key: "String", data: "String", expireDate: "DateTime" };
const METHODS = ["findUnique", "findMany", "createMany", "updateMany", "deleteMany"] as const;

/** TypeScript says all this at compile time; this is for those who do not use it, and for a client that was not generated anew. */
export function checkModel(model: SessionDelegate): void {
  const missing = METHODS.filter((method) => typeof model?.[method] !== "function");
  if (missing.length > 0) {
    throw new ConfigError(
      `The option model is not a Prisma model (it has no ${missing.join(", ")}). ` +
        "Add the model Session to your schema, run `prisma generate` and pass `prisma.session`, not the client.",
    );
  }
  const fields = fieldTypes(model);
  if (!fields) return;
  for (const [column, type] of Object.entries(COLUMNS)) {
    if (fields[column] !== type) {
      throw new ConfigError(
        `The Prisma model needs a field \`${column} ${type}\`, but it ${fields[column] ? `has the type ${fields[column]}` : "is missing"}. ` +
          "Copy the model from the README of prisma-db-session, then run `prisma migrate dev` and `prisma generate`.",
      );
    }
  }
}

/** Prisma's `TransactionClient` is a client without `$disconnect`, and every model of Prisma's knows its client. */
export function isOfTransaction(model: object): boolean {
  const client: unknown = Reflect.get(model, "$parent");
  return typeof client === "object" && client !== null && !("$disconnect" in client);
}

/** The columns besides those that the package needs: the user's own. None are known of an object that only looks like a model. */
export function ownColumns(model: object): string[] {
  return Object.keys(fieldTypes(model) ?? {}).filter((name) => !(name in COLUMNS));
}

/**
 * Refuses an object for a column that holds no JSON: Prisma would carry out what it says, `{ set: 8 }` or `{ increment: 1 }`, and the values
 * may come from whoever filled the session.
 */
export function columnChecker(model: object): (columns: Columns | undefined) => void {
  const types = fieldTypes(model);
  return (columns = {}) => {
    for (const [name, value] of Object.entries(columns)) {
      if (!isOperation(value) || types?.[name] === "Json") continue;
      throw new ConfigError(
        `The option columns returned an object for ${name}, which does not hold JSON. ` +
          "Return a value of the column's type, whatever the session holds.",
      );
    }
  };
}

/** A plain object always is, whatever its properties pretend: it may have come out of the session's JSON. */
function isOperation(value: unknown): boolean {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  return isPlainObject(value) || !isPrismaValue(value);
}

/** Prisma describes a model's scalar fields in `fields`; other objects that only look like a model may not have it. */
function fieldTypes(model: object): Record<string, string | undefined> | undefined {
  if (!("fields" in model) || typeof model.fields !== "object" || model.fields === null) return undefined;
  return Object.fromEntries(
    Object.entries(model.fields).map(([column, field]: [string, unknown]) => {
      const type: unknown = typeof field === "object" && field !== null ? Reflect.get(field, "typeName") : undefined;
      return [column, typeof type === "string" ? type : undefined];
    }),
  );
}
