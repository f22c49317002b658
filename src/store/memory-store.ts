import type { SessionRow, SessionStore, UpdateGuard } from "./session-store.ts";

/** Rows in this process's memory, for tests and for trying things out: they are gone when it ends, and no other process sees them. */
export function memoryStore(): SessionStore {
  const rows = new Map<string, Omit<SessionRow, "key">>();

  const matches = (key: string, { liveAt, data }: UpdateGuard) => {
    const row = rows.get(key);
    return row !== undefined && row.expireDate > liveAt && (data === undefined || row.data === data);
  };

  return {
    async find(key) {
      const row = rows.get(key);
      return row && { ...row };
    },
    async insert({ key, data, expireDate }) {
      if (rows.has(key)) return false;
      rows.set(key, { data, expireDate });
      return true;
    },
    async update(key, guard, changes) {
      const row = rows.get(key);
      if (!row || !matches(key, guard)) return false;
      rows.set(key, { ...row, ...changes });
      return true;
    },
    async rekey(key, guard, { key: newKey, data, expireDate }) {
      if (!matches(key, guard)) return "unmatched";
      if (newKey !== key && rows.has(newKey)) return "taken";
      rows.delete(key);
      rows.set(newKey, { data, expireDate });
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
  };
}
