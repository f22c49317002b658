import { ConfigError } from "../../errors.ts";
import { isPlainObject } from "../plain-object.ts";
import type { Columns, MatchingRow, SessionStore } from "../session-store.ts";
import { withoutUndefined } from "../without-undefined.ts";
import { columnChecker, misfitOf } from "./check-columns.ts";
import { checkModel, PACKAGE_COLUMNS } from "./check-model.ts";
import { classifyError } from "./classify-error.ts";
import { guardByLike, guardByRange } from "./guard-by-data.ts";
import { fieldCodecs, isInTransaction, isOnSqlite } from "./model-contract.ts";
import type { AnyFields, Condition, Prisma8Model, SessionFields } from "./model-types.ts";
import { sqlStateOf } from "./prisma-8-error.ts";
import { DATE_ADVICE, toConfigError } from "./to-config-error.ts";

/**
 * Experimental: the store for a model of a Prisma 8 client, for the option `store`. It was run with
 * Prisma 8.0.0-rc.13 on PostgreSQL and SQLite.
 *
 * The model of a transaction fits too. An error then ends the transaction, so no statement is
 * retried in it. If the key of a new row is taken, the transaction goes on.
 *
 * A condition (`list`, `revoke`) can only name values of columns, as in `{ userId: 7 }`, and
 * `null`. The store throws a TypeError for any other condition, and for a value that is not of the
 * column's type.
 *
 * @example
 * ```ts
 * const store = prisma8Store(db.orm.public.Session);
 * createNextSessions({ store, secret: process.env.SESSION_SECRET });
 * ```
 * @throws {@link ConfigError} if `model` is not a Prisma 8 model, lacks a column, or needs
 *   Temporal. Each verb rejects with a ConfigError if the database lacks the table or a column, or
 *   if a value does not fit its column.
 */
export function prisma8Store(model: Prisma8Model): Required<SessionStore> {
  checkModel(model);
  const codecs = fieldCodecs(model);
  const columnNames = Object.keys(codecs ?? {}).filter((name) => !PACKAGE_COLUMNS.includes(name));
  const checkColumns = columnChecker(codecs);
  const inTransaction = isInTransaction(model);
  const withData = isOnSqlite(model) ? guardByRange : guardByLike;

  // An undefined key would match every row in `where({ key })`, and none in `eq(key)`.
  const withKey = (key: string) => model.where((row) => row.key.eq(key));

  const find = async (key: string) => {
    const row = await send(() => withKey(key).select("data", "expireDate").first());
    return row ? { data: row.data, expireDate: checkedDate(row.expireDate) } : undefined;
  };

  /** Columns of the user's own may have met a unique column. A new key would not help then. */
  const isKeyTaken = async (error: unknown, key: string, columns: Columns | undefined) =>
    sqlStateOf(error) === "23505" && (!columns || (await find(key).catch(() => undefined)) !== undefined);

  return {
    find,
    async insert({ columns, ...row }) {
      checkColumns(columns);
      // ON CONFLICT DO NOTHING: a key that is taken does not end the user's transaction.
      const options = { onConflict: "skip", conflictOn: ["key"] } as const;
      return (await send(() => model.createAndCount([withoutUndefined({ ...columns, ...row })], options))) > 0;
    },
    async update(key, { liveAt, data }, { columns, ...changes }) {
      checkColumns(columns);
      const { key: newKey = key } = changes;
      try {
        const live = withKey(key).where((row) => row.expireDate.gt(liveAt));
        const written = withoutUndefined({ ...columns, ...changes });
        const count = await send(() => withData(live, data).updateAndCount(written));
        return count > 0 ? "updated" : "unmatched";
      } catch (error) {
        if (newKey !== key && (await isKeyTaken(error, newKey, columns))) return "taken";
        throw error;
      }
    },
    async delete(key) {
      return (await send(() => withKey(key).deleteAndCount())) > 0;
    },
    async findExpired(at, limit, { from, skip } = {}) {
      const expired = model.where((row) => row.expireDate.lte(at));
      const found = from ? expired.where((row) => row.expireDate.gte(from)) : expired;
      const rows = await send(() => {
        const ordered = found.select("key", "expireDate").orderBy((row) => row.expireDate.asc() as never);
        return (skip === undefined ? ordered : ordered.offset(skip)).limit(limit).all();
      });
      return rows.map(({ key, expireDate }) => ({ key, expireDate: checkedDate(expireDate) }));
    },
    // Not by `limit()`: Prisma 8 ignores it before a write.
    async deleteExpired(rows, at) {
      return send(() => {
        const expired = model.where((row) => row.expireDate.lte(at));
        if ("keys" in rows) return expired.where((row) => row.key.in(rows.keys)).deleteAndCount();
        const { from, before } = rows;
        // One upper bound: see the store of Prisma 7.
        const earlier = before <= at ? model.where((row) => row.expireDate.lt(before)) : expired;
        return (from ? earlier.where((row) => row.expireDate.gte(from)) : earlier).deleteAndCount();
      });
    },
    async findMatching(condition, { exceptKey, liveAt, limit, withData: hasData = false } = {}) {
      // Each column by its name, since the data may be long and are not always wanted.
      const names = ["key", "expireDate", ...columnNames, ...(hasData ? ["data"] : [])];
      const found = await send(() => {
        let rows = matching(model, codecs, condition);
        if (exceptKey !== undefined) rows = rows.where((row) => row.key.neq(exceptKey));
        if (liveAt) rows = rows.where((row) => row.expireDate.gt(liveAt));
        const ordered = rows
          .select(...(names as ["key", "expireDate"]))
          .orderBy((row) => row.expireDate.desc() as never);
        return (limit === undefined ? ordered : ordered.limit(limit)).all();
      });
      return found.map(({ key, expireDate, ...rest }): MatchingRow => {
        const { data, ...columns } = rest as { data?: string };
        return { key, expireDate, columns, ...(hasData && data !== undefined && { data }) };
      });
    },
    async deleteMatching(condition, among) {
      const isAmong = (row: SessionFields) =>
        "keys" in among ? row.key.in(among.keys) : row.key.notIn(among.exceptKeys);
      return send(() => matching(model, codecs, condition).where(isAmong).deleteAndCount());
    },
    classifyError: (error) => (inTransaction ? "fatal" : classifyError(error)),
  };
}

/** @throws {@link ConfigError} if only a change of the code or of the database can end the error */
async function send<Result>(statement: () => PromiseLike<Result>): Promise<Result> {
  try {
    return await statement();
  } catch (error) {
    throw toConfigError(error);
  }
}

/**
 * `where(condition)` of Prisma would leave out what is undefined, and match every row without it.
 * On SQLite, an object or an array as the first parameter would shift the others.
 */
function matching(model: Prisma8Model, codecs: ReturnType<typeof fieldCodecs>, condition: Columns): Prisma8Model {
  return Object.entries(condition).reduce((rows, [name, value]) => {
    if (["AND", "OR", "NOT"].includes(name) || isPlainObject(value) || Array.isArray(value) || value === undefined) {
      throw new TypeError(
        `prisma8Store() cannot search by \`${name}\` because it only knows conditions like \`{ userId: 7 }\`.`,
      );
    }
    if (codecs && !Object.hasOwn(codecs, name)) throw noColumn(name);
    const misfit = misfitOf(codecs, name, value);
    if (misfit !== undefined) {
      throw new TypeError(
        `prisma8Store() cannot search by \`${name}\` because the condition has ${misfit}. Pass a value of the column's type.`,
      );
    }
    return rows.where((row) => equality(row as unknown as AnyFields, name, value));
  }, model);
}

function equality(row: AnyFields, name: string, value: unknown): Condition {
  const field = row[name];
  if (!field?.eq) throw noColumn(name);
  return field.eq(value);
}

const noColumn = (name: string) =>
  new ConfigError(`Cannot search by \`${name}\` because the Prisma 8 model has no such column.`);

/** Of a column whose codec was not known when the model was checked. */
function checkedDate(value: Date): Date {
  if (value instanceof Date) return value;
  throw new ConfigError(`The field \`expireDate\` of the Prisma 8 model does not give a Date. ${DATE_ADVICE}`);
}
