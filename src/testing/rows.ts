import { hashSessionKey, randomSessionKey } from "../key/session-key.ts";
import type { SessionRow, SessionStore, UpdateGuard } from "../store/session-store.ts";

/** Tests by name. Each test gets a store with an empty table. */
export type StoreTests = Record<string, (store: SessionStore) => Promise<void>>;

export const NOW = new Date("2030-01-01T00:00:00.000Z");
export const BEFORE = new Date(NOW.getTime() - 1);
export const AFTER = new Date(NOW.getTime() + 1);
export const LATER = new Date(NOW.getTime() + 1000);

export const newRow = (row: Partial<SessionRow> = {}): SessionRow => ({
  key: hashSessionKey(randomSessionKey()),
  data: "v1.text",
  expireDate: AFTER,
  ...row,
});

/** A guard that a live row with these data meets. */
export const guardBy = (data: UpdateGuard["data"]): UpdateGuard => ({ liveAt: NOW, data });

export const keysOf = (rows: readonly Pick<SessionRow, "key">[]) => rows.map(({ key }) => key);

/** Inserts rows that expire at these dates. */
export async function inserted<const Dates extends readonly Date[]>(store: SessionStore, dates: Dates) {
  const rows = dates.map((expireDate, i) => newRow({ expireDate, data: `v1.${i}` }));
  for (const row of rows) await store.insert(row);
  return rows as { readonly [Index in keyof Dates]: SessionRow };
}

export async function stored(store: SessionStore, key: string): Promise<SessionRow | undefined> {
  const row = await store.find(key);
  return row && { key, data: row.data, expireDate: row.expireDate };
}
