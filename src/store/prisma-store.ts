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

  const where = (key: string, { liveAt, data }: UpdateGuard) => ({
    key,
    expireDate: { gt: liveAt },
    ...(data !== undefined && { data }),
  });

  const find = (key: string) =>
    send(() => model.findUnique({ where: { key }, select: { data: true, expireDate: true } }));

  /** `undefined`: the key is taken. With columns of the user's own, the taken one may be another, which no other key would help. */
  async function ifKeyTaken(error: unknown, { key, columns }: Pick<SessionRow, "key" | "columns">): Promise<undefined> {
    if (!hasCode(error, "P2002")) throw error;
    if (columns && !(await find(key).catch(() => undefined))) throw error;
  }

  return {
    async find(key) {
      return (await find(key)) ?? undefined;
    },
    async insert(inserting) {
      const { columns, ...row } = inserting;
      checkColumns(columns);
      const inserted = await send(() => model.createMany({ data: { ...columns, ...row } })).catch((error) =>
        ifKeyTaken(error, inserting),
      );
      return inserted !== undefined && inserted.count > 0;
    },
    async update(key, guard, { columns, ...changes }) {
      checkColumns(columns);
      const data = { ...columns, ...changes };
      return (await send(() => model.updateMany({ where: where(key, guard), data }))).count > 0;
    },
    async rekey(key, guard, changes) {
      const { columns, ...row } = changes;
      checkColumns(columns);
      const data = { ...columns, ...row };
      const updated = await send(() => model.updateMany({ where: where(key, guard), data })).catch((error) =>
        ifKeyTaken(error, changes),
      );
      if (!updated) return "taken";
      return updated.count > 0 ? "rekeyed" : "unmatched";
    },
    async delete(key) {
      return (await send(() => model.deleteMany({ where: { key } }))).count > 0;
    },
    async findExpired(at, limit, { from } = {}) {
      return await send(() =>
        model.findMany({
          where: { expireDate: { lte: at, ...(from && { gte: from }) } },
          // Without an order Prisma would sort by the key, and so read every expired row for each batch.
          orderBy: { expireDate: "asc" },
          take: limit,
          select: { key: true, expireDate: true },
        }),
      );
    },
    // Not `deleteMany({ where, limit })`, which is a DELETE by `key IN (SELECT ... LIMIT n)`: for that MariaDB 10 (and MySQL before 8.0.21)
    // goes through the whole table and locks every row and gap of it, and PostgreSQL does not look at the expiry again when it had to wait
    // for a save of the row.
    async deleteExpired(keys, at) {
      const where = { key: { in: [...keys] }, expireDate: { lte: at } };
      return (await send(() => model.deleteMany({ where }))).count;
    },
    async findMatching(condition, { exceptKey, liveAt, limit, withData = false } = {}) {
      const conditions = [
        condition,
        ...(exceptKey === undefined ? [] : [{ NOT: { key: exceptKey } }]),
        ...(liveAt ? [{ expireDate: { gt: liveAt } }] : []),
      ];
      // By their names, so that the data, which may be long, stay where they are.
      const names = ["key", "expireDate", ...columnNames, ...(withData ? ["data"] : [])];
      const rows = await send(() =>
        model.findMany({
          where: all(conditions),
          orderBy: { expireDate: "desc" as never },
          take: limit as never,
          select: Object.fromEntries(names.map((name) => [name, true])) as never,
        }),
      );
      return rows.map(({ key, expireDate, data, ...columns }) => ({
        key,
        expireDate,
        columns,
        ...(withData && { data }),
      }));
    },
    async deleteMatching(condition, among) {
      const key = "keys" in among ? { in: [...among.keys] } : { notIn: [...among.exceptKeys] };
      return (await send(() => model.deleteMany({ where: all([condition, { key }]) }))).count;
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

/** All of the conditions. What columns there are, only the user's own types know: see `ModelWhere`. */
const all = (conditions: readonly Columns[]) => ({ AND: conditions }) as never;

/**
 * Calls Prisma in a microtask of its own, with no caller on the stack: at each call Prisma takes down the stack, for its messages, which
 * takes the longer the deeper that is (2 % of a save on SQLite).
 */
const send = <Result>(call: () => PromiseLike<Result>): Promise<Result> =>
  Promise.resolve().then(call).then(undefined, refuse);

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
