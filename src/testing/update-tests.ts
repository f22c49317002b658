import assert from "node:assert/strict";
import { AFTER, BEFORE, guardBy, LATER, NOW, newRow, type StoreTests, stored } from "./rows.ts";

/** Tests of `update` with a guard by the whole data. */
export const updateTests: StoreTests = {
  async "update changes data and expiry of a live row"(store) {
    const row = newRow();
    await store.insert(row);
    const changes = { data: "v1.new", expireDate: LATER };
    assert.equal(await store.update(row.key, guardBy(row.data), changes), "updated");
    assert.deepEqual(await stored(store, row.key), { key: row.key, ...changes });
  },

  async "update can change the expiry alone"(store) {
    const row = newRow();
    await store.insert(row);
    assert.equal(await store.update(row.key, guardBy(row.data), { expireDate: LATER }), "updated");
    assert.deepEqual(await stored(store, row.key), { ...row, expireDate: LATER });
  },

  async "update leaves other rows"(store) {
    const [row, other] = [newRow(), newRow()];
    await store.insert(row);
    await store.insert(other);
    await store.update(row.key, guardBy(row.data), { data: "v1.new", expireDate: AFTER });
    assert.deepEqual(await stored(store, other.key), other);
  },

  async "update matches no row that is gone, and inserts none"(store) {
    const { key, data } = newRow();
    assert.equal(await store.update(key, guardBy(data), { data: "v1.new", expireDate: AFTER }), "unmatched");
    assert.equal(await store.find(key), undefined);
  },

  async "update matches no expired row, and leaves it"(store) {
    const row = newRow({ expireDate: NOW });
    await store.insert(row);
    assert.equal(await store.update(row.key, guardBy(row.data), { data: "v1.new", expireDate: AFTER }), "unmatched");
    assert.deepEqual(await stored(store, row.key), row);
  },

  async "update matches no row with other data, and leaves it"(store) {
    const row = newRow();
    await store.insert(row);
    assert.equal(await store.update(row.key, guardBy("v1.older"), { data: "v1.new", expireDate: AFTER }), "unmatched");
    assert.deepEqual(await stored(store, row.key), row);
  },

  async "of concurrent updates with one guard, one wins"(store) {
    const row = newRow();
    await store.insert(row);
    const texts = Array.from({ length: 8 }, (_, i) => `v1.${i}`);
    const outcomes = await Promise.all(
      texts.map((data) => store.update(row.key, guardBy(row.data), { data, expireDate: AFTER })),
    );
    assert.deepEqual(outcomes.toSorted(), ["unmatched", ...outcomes.slice(2).map(() => "unmatched"), "updated"]);
    assert.equal((await stored(store, row.key))?.data, texts[outcomes.indexOf("updated")]);
  },

  async "update with a key gives the row that key, with new data and expiry"(store) {
    const [row, next] = [newRow(), newRow({ data: "v1.new", expireDate: LATER })];
    await store.insert(row);
    assert.equal(await store.update(row.key, guardBy(row.data), next), "updated");
    assert.equal(await store.find(row.key), undefined);
    assert.deepEqual(await stored(store, next.key), next);
  },

  async "update with a key keeps the data if none are given"(store) {
    const [row, { key }] = [newRow(), newRow()];
    await store.insert(row);
    assert.equal(await store.update(row.key, guardBy(row.data), { key, expireDate: LATER }), "updated");
    assert.equal(await store.find(row.key), undefined);
    assert.deepEqual(await stored(store, key), { key, data: row.data, expireDate: LATER });
  },

  async "update with a key matches no row that is gone, expired or changed, and writes nothing"(store) {
    const [gone, expired, changed, next] = [newRow(), newRow({ expireDate: NOW }), newRow(), newRow()];
    await store.insert(expired);
    await store.insert(changed);
    assert.equal(await store.update(gone.key, guardBy(gone.data), next), "unmatched");
    assert.equal(await store.update(expired.key, guardBy(expired.data), next), "unmatched");
    assert.equal(await store.update(changed.key, guardBy("v1.older"), next), "unmatched");
    assert.equal(await store.find(next.key), undefined);
    for (const row of [expired, changed]) assert.deepEqual(await stored(store, row.key), row);
  },

  async "update says that the key of another row is taken, live or expired, and leaves both"(store) {
    const row = newRow();
    await store.insert(row);
    for (const other of [newRow({ data: "v1.other" }), newRow({ expireDate: BEFORE })]) {
      await store.insert(other);
      assert.equal(await store.update(row.key, guardBy(row.data), { ...row, key: other.key }), "taken");
      assert.deepEqual(await stored(store, row.key), row);
      assert.deepEqual(await stored(store, other.key), other);
    }
  },

  async "update of a row that does not meet the guard is unmatched, also if the key is taken"(store) {
    const [row, other] = [newRow(), newRow({ data: "v1.other" })];
    await store.insert(row);
    await store.insert(other);
    assert.equal(await store.update(row.key, guardBy("v1.older"), { ...row, key: other.key }), "unmatched");
  },
};
