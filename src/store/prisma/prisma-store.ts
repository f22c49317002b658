import type { Columns, SessionStore } from "../session-store.ts";
import { withoutUndefined } from "../without-undefined.ts";
import { classifyError } from "./classify-error.ts";
import { codeOf } from "./driver-error.ts";
import { checkModel, columnChecker, isInTransaction, ownColumns } from "./prisma-model.ts";
import type { SessionDelegate } from "./session-delegate.ts";
import { toConfigError } from "./to-config-error.ts";

/**
 * The store behind the `model` option: rows of a model of your own Prisma client.
 *
 * The model of a transaction's client fits too. An error then ends the transaction, so no statement
 * is retried in it. On PostgreSQL a duplicate key is such an error: `create()` cannot draw another
 * key there. With read replicas, pass the primary's model, since a session must see its own writes.
 *
 * @throws ConfigError if `model` is not a Prisma model or lacks a column. Each verb rejects with a
 *   ConfigError if the database lacks the table or a column, or if a value does not fit its column.
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
   * A statement with the user's own columns may have met a unique column among those. A new key
   * would not help then.
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
    async findExpired(at, limit, { from } = {}) {
      const found = model.findMany({
        where: { expireDate: { lte: at, ...(from && { gte: from }) } },
        // Without an order Prisma would sort by the key, and so read every expired row for each
        // batch.
        orderBy: { expireDate: "asc" },
        take: limit,
        select: { key: true, expireDate: true },
      });
      return await send(found);
    },
    // Not `deleteMany({ where, limit })`, which is a DELETE by `key IN (SELECT ... LIMIT n)`. For
    // that MariaDB 10 and MySQL before 8.0.21 read the whole table and lock every row and gap of
    // it. PostgreSQL does not check the expiry again after it has waited for a save of the row.
    async deleteExpired(keys, at) {
      const where = { key: { in: [...keys] }, expireDate: { lte: at } };
      return (await send(model.deleteMany({ where }))).count;
    },
    async findMatching(condition, { exceptKey, liveAt, limit, withData = false } = {}) {
      const conditions = [
        condition,
        ...(exceptKey === undefined ? [] : [{ NOT: { key: exceptKey } }]),
        ...(liveAt ? [{ expireDate: { gt: liveAt } }] : []),
      ];
      // Each column by its name, since the data may be long and are not always wanted.
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
    // A deadlock on MySQL has undone the whole transaction: the next statement would take effect
    // outside of it.
    classifyError: (error) => (inTransaction ? "fatal" : classifyError(error)),
  };
}

/** @throws ConfigError if only a change of the code or of the database can end the error */
async function send<Result>(statement: PromiseLike<Result>): Promise<Result> {
  try {
    return await statement;
  } catch (error) {
    throw toConfigError(error);
  }
}

/**
 * All of the conditions. Only the user's own types know which columns there are: see `ModelWhere`.
 */
const all = (conditions: readonly Columns[]) => ({ AND: conditions }) as never;
