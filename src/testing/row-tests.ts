import assert from "node:assert/strict";
import { AFTER, BEFORE, newRow, type StoreTests, stored } from "./rows.ts";

/** Tests of `find`, `insert` and `delete`. */
export const rowTests: StoreTests = {
  async "find gives nothing for an unknown key"(store) {
    assert.equal(await store.find(newRow().key), undefined);
  },

  async "find gives what insert wrote, to the millisecond"(store) {
    const row = newRow({ expireDate: new Date("2031-02-03T04:05:06.789Z") });
    assert.equal(await store.insert(row), true);
    assert.deepEqual(await stored(store, row.key), row);
  },

  async "find gives an expired row too"(store) {
    const row = newRow({ expireDate: BEFORE });
    await store.insert(row);
    assert.deepEqual(await stored(store, row.key), row);
  },

  async "find gives the data unchanged: long data, with every kind of character"(store) {
    const data = `v1.${"x".repeat(300_000)} \\ ' " % _ \u{1F600} é e\u0301 \t\r\n ends with spaces   `;
    const row = newRow({ data });
    await store.insert(row);
    assert.deepEqual(await stored(store, row.key), row);
  },

  async "insert gives false for a key that is taken, and leaves the row"(store) {
    const row = newRow();
    await store.insert(row);
    assert.equal(await store.insert({ ...row, data: "v1.other" }), false);
    assert.deepEqual(await stored(store, row.key), row);
  },

  async "insert gives false for the key of an expired row"(store) {
    const row = newRow({ expireDate: BEFORE });
    await store.insert(row);
    assert.equal(await store.insert({ ...row, expireDate: AFTER }), false);
  },

  async "of concurrent inserts of one key, one wins"(store) {
    const row = newRow();
    const won = await Promise.all(Array.from({ length: 8 }, () => store.insert(row)));
    assert.equal(won.filter(Boolean).length, 1);
  },

  async "delete says whether there was a row"(store) {
    const [row, other] = [newRow(), newRow()];
    await store.insert(row);
    await store.insert(other);
    assert.equal(await store.delete(row.key), true);
    assert.equal(await store.delete(row.key), false);
    assert.equal(await store.find(row.key), undefined);
    assert.deepEqual(await stored(store, other.key), other);
  },
};
