import assert from "node:assert/strict";
import type { SessionRow } from "../store/session-store.ts";
import { AFTER, BEFORE, inserted, keysOf, NOW, newRow, type StoreTests, stored } from "./rows.ts";

const withoutData = ({ key, expireDate }: SessionRow) => ({ key, expireDate });

/** Tests of `findExpired` and `deleteExpired`. */
export const expiredTests: StoreTests = {
  async "findExpired gives rows that expire at or before the date, at most the limit"(store) {
    const [, ...expired] = await inserted(store, [AFTER, BEFORE, BEFORE, NOW]);
    assert.deepEqual(keysOf(await store.findExpired(NOW, 10)).toSorted(), keysOf(expired).toSorted());
    assert.equal((await store.findExpired(BEFORE, 10)).length, 2);
    assert.equal((await store.findExpired(NOW, 2)).length, 2);
  },

  async "findExpired gives the row first that expired first, from a date on if one is given"(store) {
    const [last, first] = await inserted(store, [NOW, BEFORE]);
    assert.deepEqual(await store.findExpired(NOW, 10), [first, last].map(withoutData));
    assert.deepEqual(await store.findExpired(NOW, 10, { from: BEFORE }), [first, last].map(withoutData));
    assert.deepEqual(await store.findExpired(NOW, 10, { from: NOW }), [withoutData(last)]);
  },

  async "findExpired leaves out as many rows as it is told to skip"(store) {
    const [last, first] = await inserted(store, [NOW, BEFORE]);
    assert.deepEqual(await store.findExpired(NOW, 10, { skip: 0 }), [first, last].map(withoutData));
    assert.deepEqual(await store.findExpired(NOW, 10, { skip: 1 }), [withoutData(last)]);
    assert.deepEqual(await store.findExpired(NOW, 1, { from: BEFORE, skip: 1 }), [withoutData(last)]);
    assert.deepEqual(await store.findExpired(NOW, 10, { skip: 2 }), []);
  },

  async "findExpired gives nothing if no row has expired"(store) {
    await store.insert(newRow());
    assert.deepEqual(await store.findExpired(NOW, 10), []);
  },

  async "deleteExpired deletes the rows with these keys that have expired, and gives their number"(store) {
    const [expired, live, other] = await inserted(store, [NOW, AFTER, NOW]);
    const keys = [expired.key, newRow().key, live.key];
    assert.equal(await store.deleteExpired({ keys }, NOW), 1);
    assert.equal(await store.deleteExpired({ keys }, NOW), 0);
    assert.equal(await store.find(expired.key), undefined);
    for (const row of [live, other]) assert.deepEqual(await stored(store, row.key), row);
  },

  async "deleteExpired deletes the expired rows of an interval, without its end, and gives their number"(store) {
    const [early, late, live] = await inserted(store, [BEFORE, NOW, AFTER]);
    assert.equal(await store.deleteExpired({ before: BEFORE }, NOW), 0);
    assert.equal(await store.deleteExpired({ from: NOW, before: NOW }, NOW), 0);
    assert.equal(await store.deleteExpired({ before: NOW }, NOW), 1);
    assert.equal(await store.find(early.key), undefined);
    assert.deepEqual(await stored(store, late.key), late);
    const end = new Date(AFTER.getTime() + 1000);
    assert.equal(await store.deleteExpired({ from: NOW, before: end }, NOW), 1);
    assert.equal(await store.find(late.key), undefined);
    assert.deepEqual(await stored(store, live.key), live);
  },
};
