import { isDeepStrictEqual } from "node:util";
import { isPlainObject } from "../plain-object.ts";
import type { Columns, SessionRow, SessionStore, UpdateGuard } from "./session-store.ts";

type Row = Omit<SessionRow, "key">;

/**
 * Rows in this process's memory, for tests and for trying things out: they are gone when it ends, and no other process sees them. A
 * condition (`list`, `revoke`) can only name values that columns must have, and `null`; another one is a TypeError.
 */
export function memoryStore(): SessionStore {
  const rows = new Map<string, Row>();

  const matches = (key: string, { liveAt, data }: UpdateGuard) => {
    const row = rows.get(key);
    return row !== undefined && row.expireDate > liveAt && (data === undefined || row.data === data);
  };

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
    async update(key, guard, changes) {
      const row = rows.get(key);
      if (!row || !matches(key, guard)) return false;
      rows.set(key, changed(row, changes));
      return true;
    },
    async rekey(key, guard, { key: newKey, ...changes }) {
      const row = rows.get(key);
      if (!row || !matches(key, guard)) return "unmatched";
      if (newKey !== key && rows.has(newKey)) return "taken";
      rows.delete(key);
      rows.set(newKey, changed(row, changes));
      return "rekeyed";
    },
    async delete(key) {
      return rows.delete(key);
    },
    async findExpired(at, limit, { from } = {}) {
      const all = [...rows].map(([key, { expireDate }]) => ({ key, expireDate }));
      const expired = all.filter(({ expireDate }) => expireDate <= at && !(from && expireDate < from));
      return expired.sort((a, b) => a.expireDate.getTime() - b.expireDate.getTime()).slice(0, limit);
    },
    async deleteExpired(keys, at) {
      const expired = keys.filter((key) => (rows.get(key)?.expireDate ?? Number.POSITIVE_INFINITY) <= at);
      for (const key of expired) rows.delete(key);
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

const changed = (row: Row, { columns, ...changes }: Partial<Row>): Row => ({
  ...row,
  ...changes,
  columns: { ...row.columns, ...columns },
});

function meets({ columns = {} }: Row, where: Columns): boolean {
  return Object.entries(where).every(([name, value]) => {
    if (["AND", "OR", "NOT"].includes(name) || isPlainObject(value)) {
      throw new TypeError(
        `The store in memory knows only conditions like \`{ userId: 7 }\`, and none by ${name}. Use a database.`,
      );
    }
    return isDeepStrictEqual(columns[name] ?? null, value);
  });
}
