import assert from "node:assert/strict";
import type { SessionRow } from "../store/session-store.ts";
import { AFTER, BEFORE, inserted, keysOf, NOW, newRow, type StoreTests, stored } from "./rows.ts";

const later = (seconds: number) => new Date(AFTER.getTime() + seconds * 1000);

const keyAndExpiry = ({ key, expireDate }: Pick<SessionRow, "key" | "expireDate">) => ({ key, expireDate });

/** What `list` and `revoke` need of a store, as far as one can be asked whose table has no columns of the user's own. */
export const matchingTests: StoreTests = {
  async "findMatching gives every row for an empty condition, expired ones too, those that expire last to begin with"(
    store,
  ) {
    assert.deepEqual(await store.findMatching({}), []);
    const [first, last, second] = await inserted(store, [BEFORE, AFTER, NOW]);
    const found = await store.findMatching({});
    assert.deepEqual(found.map(keyAndExpiry), [last, second, first].map(keyAndExpiry));
  },

  async "findMatching gives all but the row with the key that is excepted"(store) {
    const [row, other] = await inserted(store, [AFTER, AFTER]);
    assert.deepEqual(keysOf(await store.findMatching({}, { exceptKey: row.key })), [other.key]);
    assert.equal((await store.findMatching({}, { exceptKey: newRow().key })).length, 2);
  },

  async "findMatching leaves out what expires at or before a date"(store) {
    const [, , live] = await inserted(store, [BEFORE, NOW, AFTER]);
    assert.deepEqual(keysOf(await store.findMatching({}, { liveAt: NOW })), [live.key]);
    assert.deepEqual(await store.findMatching({}, { liveAt: AFTER }), []);
  },

  async "findMatching gives at most the limit, counted without what else is left out"(store) {
    const [expired, soon, late, last] = await inserted(store, [NOW, AFTER, later(1), later(2)]);
    assert.deepEqual(keysOf(await store.findMatching({}, { limit: 2 })), [last.key, late.key]);
    assert.equal((await store.findMatching({}, { limit: 5 })).length, 4);
    const options = { exceptKey: last.key, liveAt: expired.expireDate, limit: 2 };
    assert.deepEqual(keysOf(await store.findMatching({}, options)), [late.key, soon.key]);
  },

  async "findMatching gives the data only when they are asked for, and among the columns nothing but the user's own"(
    store,
  ) {
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

  async "deleteMatching deletes the rows with these keys, expired or not, and says how many"(store) {
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

  async "deleteMatching of no keys deletes nothing"(store) {
    const [row] = await inserted(store, [AFTER]);
    assert.equal(await store.deleteMatching({}, { keys: [] }), 0);
    assert.deepEqual(await stored(store, row.key), row);
  },
};
