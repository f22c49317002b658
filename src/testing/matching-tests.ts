import assert from "node:assert/strict";
import type { SessionRow, SessionStore } from "../store/session-store.ts";
import { AFTER, BEFORE, inserted, keysOf, LATER, NOW, newRow, type StoreTests, stored } from "./rows.ts";

/** A store with the optional verbs. */
type MatchingStore = SessionStore & Required<Pick<SessionStore, "findMatching" | "deleteMatching">>;

/** Tests of a store that has the optional verbs. */
export type MatchingStoreTests = Record<string, (store: MatchingStore) => Promise<void>>;

/**
 * Adapts the tests to any store. If a store lacks the optional verbs, the tests pass. If the verbs
 * are required, the tests fail.
 */
export function ifMatching(tests: MatchingStoreTests, { isRequired }: { readonly isRequired: boolean }): StoreTests {
  const guarded = Object.entries(tests).map(([name, test]) => {
    const run = async (store: SessionStore) => {
      if (hasMatching(store)) return test(store);
      assert.ok(!isRequired, "The store has no findMatching() and deleteMatching().");
    };
    return [name, run] as const;
  });
  return Object.fromEntries(guarded);
}

const hasMatching = (store: SessionStore): store is MatchingStore =>
  store.findMatching !== undefined && store.deleteMatching !== undefined;

const last = new Date(LATER.getTime() + 1000);

const keyAndExpiry = ({ key, expireDate }: Pick<SessionRow, "key" | "expireDate">) => ({ key, expireDate });

/**
 * Tests of `findMatching` and `deleteMatching` on a table without columns of the user's own.
 */
export const matchingTests: MatchingStoreTests = {
  async "findMatching gives every row for an empty condition, expired rows too, and those first that expire last"(
    store,
  ) {
    assert.deepEqual(await store.findMatching({}), []);
    const [first, last, second] = await inserted(store, [BEFORE, AFTER, NOW]);
    const found = await store.findMatching({});
    assert.deepEqual(found.map(keyAndExpiry), [last, second, first].map(keyAndExpiry));
  },

  async "findMatching leaves out the row with the excepted key"(store) {
    const [row, other] = await inserted(store, [AFTER, AFTER]);
    assert.deepEqual(keysOf(await store.findMatching({}, { exceptKey: row.key })), [other.key]);
    assert.equal((await store.findMatching({}, { exceptKey: newRow().key })).length, 2);
  },

  async "findMatching leaves out rows that expire at or before a date"(store) {
    const [, , live] = await inserted(store, [BEFORE, NOW, AFTER]);
    assert.deepEqual(keysOf(await store.findMatching({}, { liveAt: NOW })), [live.key]);
    assert.deepEqual(await store.findMatching({}, { liveAt: AFTER }), []);
  },

  async "findMatching gives at most the limit, and does not count rows that it leaves out"(store) {
    const [expired, soon, late, latest] = await inserted(store, [NOW, AFTER, LATER, last]);
    assert.deepEqual(keysOf(await store.findMatching({}, { limit: 2 })), [latest.key, late.key]);
    assert.equal((await store.findMatching({}, { limit: 5 })).length, 4);
    const options = { exceptKey: latest.key, liveAt: expired.expireDate, limit: 2 };
    assert.deepEqual(keysOf(await store.findMatching({}, options)), [late.key, soon.key]);
  },

  async "findMatching gives the data only if they are asked for, and only the user's own columns as columns"(store) {
    const [row] = await inserted(store, [AFTER]);
    const [bare] = await store.findMatching({});
    assert.ok(bare && !("data" in bare));
    const [full] = await store.findMatching({}, { withData: true });
    assert.equal(full?.data, row.data);
    for (const { columns } of [bare, full]) {
      assert.ok(typeof columns === "object" && columns !== null);
      for (const name of ["key", "data", "expireDate"]) assert.ok(!(name in columns), name);
    }
  },

  async "deleteMatching deletes the rows with these keys, expired or not, and gives their number"(store) {
    const [live, expired, other] = await inserted(store, [AFTER, BEFORE, AFTER]);
    const keys = [live.key, newRow().key, expired.key];
    assert.equal(await store.deleteMatching({}, { keys }), 2);
    assert.equal(await store.deleteMatching({}, { keys }), 0);
    for (const { key } of [live, expired]) assert.equal(await store.find(key), undefined);
    assert.deepEqual(await stored(store, other.key), other);
  },

  async "deleteMatching deletes all rows but those with these keys"(store) {
    const [kept, live, expired] = await inserted(store, [AFTER, AFTER, BEFORE]);
    assert.equal(await store.deleteMatching({}, { exceptKeys: [kept.key, newRow().key] }), 2);
    for (const { key } of [live, expired]) assert.equal(await store.find(key), undefined);
    assert.deepEqual(await stored(store, kept.key), kept);
    assert.equal(await store.deleteMatching({}, { exceptKeys: [] }), 1);
  },

  async "deleteMatching with no keys deletes nothing"(store) {
    const [row] = await inserted(store, [AFTER]);
    assert.equal(await store.deleteMatching({}, { keys: [] }), 0);
    assert.deepEqual(await stored(store, row.key), row);
  },
};
