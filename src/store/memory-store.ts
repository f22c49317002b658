import { isDeepStrictEqual } from "node:util";
import { isPlainObject } from "./plain-object.ts";
import type { Columns, RowChanges, SessionRow, SessionStore, UpdateGuard } from "./session-store.ts";
import { withoutUndefined } from "./without-undefined.ts";

type Row = Omit<SessionRow, "key">;

/**
 * A store that keeps rows in the memory of this process, for tests and experiments.
 *
 * The rows are gone when the process ends, and no other process sees them. A condition (`list`,
 * `revoke`) can only name values of columns, as in `{ userId: 7 }`, and `null`. The store throws a
 * TypeError for any other condition.
 */
export function memoryStore(): Required<Omit<SessionStore, "classifyError">> {
  const rows = new Map<string, Row>();

  return {
    async find(key) {
      const row = rows.get(key);
      return row && { data: row.data, expireDate: row.expireDate };
    },
    async insert({ key, ...row }) {
      if (rows.has(key)) return false;
      rows.set(key, row);
      return true;
    },
    async update(key, guard, { key: newKey = key, ...changes }) {
      const row = rows.get(key);
      if (!row || !meetsGuard(row, guard)) return "unmatched";
      if (newKey !== key && rows.has(newKey)) return "taken";
      if (newKey !== key) rows.delete(key);
      rows.set(newKey, changed(row, changes));
      return "updated";
    },
    async delete(key) {
      return rows.delete(key);
    },
    async findExpired(at, limit, { from, skip = 0 } = {}) {
      const all = [...rows].map(([key, { expireDate }]) => ({ key, expireDate }));
      const expired = all.filter(({ expireDate }) => expireDate <= at && !(from && expireDate < from));
      return expired.sort((a, b) => a.expireDate.getTime() - b.expireDate.getTime()).slice(skip, skip + limit);
    },
    async deleteExpired(which, at) {
      const isMeant = (key: string, { expireDate }: Row) =>
        "keys" in which
          ? which.keys.includes(key)
          : expireDate < which.before && !(which.from && expireDate < which.from);
      const expired = [...rows].filter(([key, row]) => row.expireDate <= at && isMeant(key, row));
      for (const [key] of expired) rows.delete(key);
      return expired.length;
    },
    async findMatching(where, { exceptKey, liveAt, limit, withData = false } = {}) {
      const found = [...rows]
        .filter(([key, row]) => key !== exceptKey && !(liveAt && row.expireDate <= liveAt) && meets(row, where))
        .map(([key, { data, expireDate, columns = {} }]) => ({ key, expireDate, columns, ...(withData && { data }) }));
      return found.sort((a, b) => b.expireDate.getTime() - a.expireDate.getTime()).slice(0, limit);
    },
    async deleteMatching(where, among) {
      const isAmong = (key: string) => ("keys" in among ? among.keys.includes(key) : !among.exceptKeys.includes(key));
      const matching = [...rows].filter(([key, row]) => isAmong(key) && meets(row, where));
      for (const [key] of matching) rows.delete(key);
      return matching.length;
    },
  };
}

function meetsGuard(row: Row, { liveAt, data }: UpdateGuard): boolean {
  if (row.expireDate <= liveAt) return false;
  return typeof data === "string" ? row.data === data : row.data.startsWith(data.startsWith);
}

function changed(row: Row, { data = row.data, expireDate, columns }: Omit<RowChanges, "key">): Row {
  return { data, expireDate, columns: { ...row.columns, ...withoutUndefined(columns ?? {}) } };
}

function meets({ columns = {} }: Row, where: Columns): boolean {
  return Object.entries(where).every(([name, value]) => {
    if (["AND", "OR", "NOT"].includes(name) || isPlainObject(value)) {
      throw new TypeError(
        `memoryStore() cannot search by \`${name}\` because it only knows conditions like \`{ userId: 7 }\`. Use a database.`,
      );
    }
    return isDeepStrictEqual(columns[name] ?? null, value);
  });
}
