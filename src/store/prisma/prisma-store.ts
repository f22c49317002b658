import type { Columns, SessionStore } from "../session-store.ts";
import { withoutUndefined } from "../without-undefined.ts";
import { classifyError } from "./classify-error.ts";
import { codeOf } from "./driver-error.ts";
import { checkModel, columnChecker, isInTransaction, ownColumns } from "./prisma-model.ts";
import type { SessionDelegate } from "./session-delegate.ts";
import { toConfigError } from "./to-config-error.ts";

/**
 * The store behind the `model` option: it uses a model of your own Prisma client.
 *
 * You can pass the model of a transaction's client too. An error then ends the transaction, so the
 * package retries no statement. On PostgreSQL, a duplicate key is such an error, so `create()`
 * cannot draw another key there. With read replicas, pass the primary's model, because a session
 * must see its own writes.
 *
 * @throws {@link ConfigError} if `model` is not a Prisma model or lacks a column. Each verb rejects
 *   with a ConfigError if the database lacks the table or a column, or if a value does not fit its
 *   column.
 */
export function prismaStore(model: SessionDelegate): Required<SessionStore> {
  checkModel(model);
  const columnNames = ownColumns(model);
  const checkColumns = columnChecker(model);
  const inTransaction = isInTransaction(model);

  const find = async (key: string) => {
    const row = await send(model.findUnique({ where: { key }, select: { data: true, expireDate: true } }));
    return row ?? undefined;
  };

  /**
   * The user's own columns may have a unique constraint too. If that constraint was violated, a new
   * key would not help.
   */
  const isKeyTaken = async (error: unknown, key: string, columns: Columns | undefined) =>
    codeOf(error) === "P2002" && (!columns || (await find(key).catch(() => undefined)) !== undefined);

  return {
    find,
    async insert({ columns, ...row }) {
      checkColumns(columns);
      try {
        const { count } = await send(model.createMany({ data: withoutUndefined({ ...columns, ...row }) }));
        return count > 0;
      } catch (error) {
        if (await isKeyTaken(error, row.key, columns)) return false;
        throw error;
      }
    },
    async update(key, { liveAt, data }, { columns, ...changes }) {
      checkColumns(columns);
      const { key: newKey = key } = changes;
      const where = { key, expireDate: { gt: liveAt }, data };
      try {
        const { count } = await send(model.updateMany({ where, data: withoutUndefined({ ...columns, ...changes }) }));
        return count > 0 ? "updated" : "unmatched";
      } catch (error) {
        if (newKey !== key && (await isKeyTaken(error, newKey, columns))) return "taken";
        throw error;
      }
    },
    async delete(key) {
      return (await send(model.deleteMany({ where: { key } }))).count > 0;
    },
    async findExpired(at, limit, { from, skip } = {}) {
      const found = model.findMany({
        where: { expireDate: { lte: at, ...(from && { gte: from }) } },
        // Without an order, Prisma would sort by key and read every expired row for each batch.
        orderBy: { expireDate: "asc" },
        take: limit,
        ...(skip !== undefined && { skip }),
        select: { key: true, expireDate: true },
      });
      return await send(found);
    },
    // `deleteMany({ where, limit })` would be a DELETE by `key IN (SELECT ... LIMIT n)`. MariaDB 10
    // and MySQL before 8.0.21 would read the whole table and lock every row and gap. PostgreSQL
    // would not check the expiry again after waiting for a save of the row.
    //
    // An interval has one upper bound. Of two, SQLite might use the later one, and read all rows up to it.
    async deleteExpired(rows, at) {
      if ("keys" in rows) {
        return (await send(model.deleteMany({ where: { key: { in: [...rows.keys] }, expireDate: { lte: at } } })))
          .count;
      }
      const from = rows.from && { gte: rows.from };
      const expireDate = rows.before <= at ? { ...from, lt: rows.before } : { ...from, lte: at };
      return (await send(model.deleteMany({ where: { expireDate } }))).count;
    },
    async findMatching(condition, { exceptKey, liveAt, limit, withData = false } = {}) {
      const conditions = [
        condition,
        ...(exceptKey === undefined ? [] : [{ NOT: { key: exceptKey } }]),
        ...(liveAt ? [{ expireDate: { gt: liveAt } }] : []),
      ];
      // Select each column by name, because the data may be long and are not always needed.
      const names = ["key", "expireDate", ...columnNames, ...(withData ? ["data"] : [])];
      const found = model.findMany({
        where: all(conditions),
        orderBy: { expireDate: "desc" as never },
        ...(limit !== undefined && { take: limit }),
        select: Object.fromEntries(names.map((name) => [name, true])) as never,
      });
      return (await send(found)).map(({ key, expireDate, data, ...columns }) => ({
        key,
        expireDate,
        columns,
        ...(withData && { data }),
      }));
    },
    async deleteMatching(condition, among) {
      const key = "keys" in among ? { in: [...among.keys] } : { notIn: [...among.exceptKeys] };
      return (await send(model.deleteMany({ where: all([condition, { key }]) }))).count;
    },
    // After a deadlock, MySQL has rolled back the whole transaction. The next statement would take
    // effect outside the transaction.
    classifyError: (error) => (inTransaction ? "fatal" : classifyError(error)),
  };
}

/** @throws {@link ConfigError} if only a change of the code or the database can fix the error */
async function send<Result>(statement: PromiseLike<Result>): Promise<Result> {
  try {
    return await statement;
  } catch (error) {
    throw toConfigError(error);
  }
}

/**
 * Combines conditions. Only the types of the user's client know the columns: see `ModelWhere`.
 */
const all = (conditions: readonly Columns[]) => ({ AND: conditions }) as never;
