import { ConfigError } from "../errors.ts";
import type { SessionDelegate } from "./session-delegate.ts";
import type { SessionStore, UpdateGuard } from "./session-store.ts";

const COLUMNS = { key: "String", data: "String", expireDate: "DateTime" };
const METHODS = ["findUnique", "findMany", "createMany", "updateMany", "deleteMany"] as const;

/**
 * The store behind the `model` option: rows of a model of your own Prisma client.
 *
 * Of a transaction's client too: a failure then ends the transaction, so nothing is tried again in it (on PostgreSQL a duplicate key is
 * such a failure, so `create()` cannot draw another key there). With read replicas, pass the primary's model: a session must see its own
 * writes.
 *
 * @throws ConfigError when `model` is not a Prisma model, or lacks a column.
 */
export function prismaStore(model: SessionDelegate): SessionStore {
  checkModel(model);
  const inTransaction = isOfTransaction(model);

  const where = (key: string, { liveAt, data }: UpdateGuard) => ({
    key,
    expireDate: { gt: liveAt },
    ...(data !== undefined && { data }),
  });

  return {
    async find(key) {
      return (await model.findUnique({ where: { key }, select: { data: true, expireDate: true } })) ?? undefined;
    },
    async insert({ key, data, expireDate }) {
      return unlessTaken(async () => (await model.createMany({ data: { key, data, expireDate } })).count > 0, false);
    },
    async update(key, guard, changes) {
      return (await model.updateMany({ where: where(key, guard), data: changes })).count > 0;
    },
    async rekey(key, guard, { key: newKey, data, expireDate }) {
      return unlessTaken(async () => {
        const { count } = await model.updateMany({ where: where(key, guard), data: { key: newKey, data, expireDate } });
        return count > 0 ? "rekeyed" : "unmatched";
      }, "taken");
    },
    async delete(key) {
      return (await model.deleteMany({ where: { key } })).count > 0;
    },
    async findExpired(at, limit, { from } = {}) {
      return await model.findMany({
        where: { expireDate: { lte: at, ...(from && { gte: from }) } },
        // Without an order Prisma would sort by the key, and so read every expired row for each batch.
        orderBy: { expireDate: "asc" },
        take: limit,
        select: { key: true, expireDate: true },
      });
    },
    // Not `deleteMany({ where, limit })`, which is a DELETE by `key IN (SELECT ... LIMIT n)`: for that MariaDB 10 (and MySQL before 8.0.21)
    // goes through the whole table and locks every row and gap of it, and PostgreSQL does not look at the expiry again when it had to wait
    // for a save of the row.
    async deleteExpired(keys, at) {
      return (await model.deleteMany({ where: { key: { in: [...keys] }, expireDate: { lte: at } } })).count;
    },
    failureKind(error) {
      // A deadlock on MySQL has undone the whole transaction: what is sent after it would be carried out outside.
      if (inTransaction) return "final";
      // After "busy" libsql acknowledges writes on the same connection, and loses them.
      if (hasCode(error, "P1008")) return "final";
      return hasCode(error, "P2034") ? "rolledBack" : "unknown";
    },
  };
}

async function unlessTaken<Result>(statement: () => Promise<Result>, taken: Result): Promise<Result> {
  try {
    return await statement();
  } catch (error) {
    if (hasCode(error, "P2002")) return taken;
    throw error;
  }
}

/** Only `code` is stable: `instanceof` fails across bundles, and `meta` changed with Prisma 7. */
const hasCode = (error: unknown, code: string): boolean =>
  typeof error === "object" && error !== null && "code" in error && error.code === code;

/** Prisma's `TransactionClient` is a client without `$disconnect`, and every model of Prisma's knows its client. */
function isOfTransaction(model: object): boolean {
  const client: unknown = Reflect.get(model, "$parent");
  return typeof client === "object" && client !== null && !("$disconnect" in client);
}

/** TypeScript says all this at compile time; this is for those who do not use it, and for a client that was not generated anew. */
function checkModel(model: SessionDelegate): void {
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

/** Prisma describes a model's scalar fields in `fields`; other objects that only look like a model may not have it. */
function fieldTypes(model: object): Record<string, string | undefined> | undefined {
  if (!("fields" in model) || typeof model.fields !== "object" || model.fields === null) return undefined;
  const { fields } = model;
  return Object.fromEntries(
    Object.keys(COLUMNS).map((column) => {
      const field: unknown = Reflect.get(fields, column);
      const type: unknown = typeof field === "object" && field !== null ? Reflect.get(field, "typeName") : undefined;
      return [column, typeof type === "string" ? type : undefined];
    }),
  );
}
