import { ConfigError } from "../errors.ts";
import { checkModel, columnChecker, isOfTransaction, ownColumns } from "./prisma-model.ts";
import type { SessionDelegate } from "./session-delegate.ts";
import type { Columns, SessionRow, SessionStore, UpdateGuard } from "./session-store.ts";

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
  const columnNames = ownColumns(model);
  const checkColumns = columnChecker(model);
  const inTransaction = isOfTransaction(model);

  const where = (key: string, { liveAt, data }: UpdateGuard) =>
    data === undefined ? { key, expireDate: { gt: liveAt } } : { key, expireDate: { gt: liveAt }, data };

  const find = async (key: string) =>
    (await model.findUnique({ where: { key }, select: { data: true, expireDate: true } })) ?? undefined;

  /** `undefined`: the key is taken. With columns of the user's own, the taken one may be another, which no other key would help. */
  const unlessTaken = async (error: unknown, { key, columns }: SessionRow): Promise<undefined> => {
    if (!hasCode(error, "P2002")) refuse(error);
    if (columns && !(await find(key).catch(() => undefined))) throw error;
  };

  return {
    find,
    async insert(inserted) {
      const { columns, ...row } = inserted;
      checkColumns(columns);
      const done = model.createMany({ data: { ...columns, ...row } });
      return (await done.then(isMatched, (error) => unlessTaken(error, inserted))) ?? false;
    },
    async update(key, guard, { columns, ...changes }) {
      checkColumns(columns);
      const data = columns ? { ...columns, ...changes } : changes;
      return await model.updateMany({ where: where(key, guard), data }).then(isMatched, refuse);
    },
    async rekey(key, guard, rekeyed) {
      const { columns, ...row } = rekeyed;
      checkColumns(columns);
      const done = model.updateMany({ where: where(key, guard), data: { ...columns, ...row } });
      const matched = await done.then(isMatched, (error) => unlessTaken(error, rekeyed));
      if (matched === undefined) return "taken";
      return matched ? "rekeyed" : "unmatched";
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
    async findMatching(condition, { exceptKey, liveAt, limit, withData = false } = {}) {
      const conditions = [
        condition,
        ...(exceptKey === undefined ? [] : [{ NOT: { key: exceptKey } }]),
        ...(liveAt ? [{ expireDate: { gt: liveAt } }] : []),
      ];
      // By their names, so that the data, which may be long, stay where they are.
      const names = ["key", "expireDate", ...columnNames, ...(withData ? ["data"] : [])];
      const found = model.findMany({
        where: all(conditions),
        orderBy: { expireDate: "desc" as never },
        take: limit as never,
        select: Object.fromEntries(names.map((name) => [name, true])) as never,
      });
      const rows = await found.then(undefined, refuse);
      return rows.map(({ key, expireDate, data, ...columns }) => ({
        key,
        expireDate,
        columns,
        ...(withData && { data }),
      }));
    },
    async deleteMatching(condition, among) {
      const key = "keys" in among ? { in: [...among.keys] } : { notIn: [...among.exceptKeys] };
      return (await model.deleteMany({ where: all([condition, { key }]) }).then(undefined, refuse)).count;
    },
    failureKind(error) {
      // A deadlock on MySQL has undone the whole transaction: what is sent after it would be carried out outside.
      if (inTransaction) return "final";
      // By a constraint, or by Prisma before it was sent.
      if (hasCode(error, "P2002") || hasCode(error, "SESSION_CONFIG")) return "refused";
      // After SQLite's "busy", libsql acknowledges writes on the same connection, and loses them. (It is also a socket of PostgreSQL's on which
      // nothing came any more.)
      if (hasCode(error, "P1008")) return "final";
      return hasCode(error, "P2034") ? "rolledBack" : "unknown";
    },
  };
}

/** All of the conditions. What columns there are, only the user's own types know: see `ModelWhere`. */
const all = (conditions: readonly Columns[]) => ({ AND: conditions }) as never;

const isMatched = ({ count }: { readonly count: number }): boolean => count > 0;

/**
 * When a value does not suit the model, Prisma's message shows all that was to be written or found, the session's data and what the key column
 * holds among it, which must get into no log. Its last line mostly says what is wrong by names and types alone.
 * @throws ConfigError then; what is something else, as it is
 */
function refuse(error: unknown): never {
  if (!(error instanceof Error) || error.name !== "PrismaClientValidationError") throw error;
  const reason = /^(Unknown a|Invalid value for a|A)rgument `.*$/m.exec(
    error.message.trimEnd().split("\n").at(-1) ?? "",
  );
  throw new ConfigError(
    `Prisma refused the columns of a statement. ${reason ? `${reason[0]} ` : ""}` +
      "See what the option columns returns, or the condition names, and that the client was generated from the schema as it is now.",
  );
}

/** Only `code` is stable: `instanceof` fails across bundles, and `meta` changed with Prisma 7. */
const hasCode = (error: unknown, code: string): boolean =>
  typeof error === "object" && error !== null && "code" in error && error.code === code;
