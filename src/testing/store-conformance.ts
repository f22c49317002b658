import assert from "node:assert/strict";
import type { Columns, SessionRow, SessionStore } from "../store/session-store.ts";
import { matchingTests } from "./matching-tests.ts";
import { ownColumnsTests } from "./own-columns-tests.ts";
import { AFTER, BEFORE, NOW, newRow, type StoreTests, stored } from "./rows.ts";

/** One test of the suite. */
export interface ConformanceTest {
  readonly name: string;
  readonly run: () => Promise<void>;
}

/** What the suite cannot know of a store. */
export interface ConformanceOptions {
  /**
   * Two different fillings of columns of your own, such as `[{ userId: 1 }, { userId: 2 }]`, if the table has any: a store must write them,
   * and find rows by each of them. Default: none, and nothing of that is asked.
   */
  readonly ownColumns?: readonly [Columns, Columns] | undefined;
}

/**
 * What every {@link SessionStore} must do, for any test runner.
 *
 * @param openStore Gives each test a store with an empty table of its own.
 * @example
 * ```ts
 * for (const { name, run } of storeConformanceTests(() => myStore())) test(name, run);
 * ```
 */
export function storeConformanceTests(
  openStore: () => SessionStore | Promise<SessionStore>,
  { ownColumns }: ConformanceOptions = {},
): readonly ConformanceTest[] {
  const tests: StoreTests = {
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

    async "data comes back to the letter: long, with every kind of character"(store) {
      const data = `v1.${"x".repeat(300_000)} \\ ' " % _ \u{1F600} é e\u0301 \t\r\n ends with spaces   `;
      const row = newRow({ data });
      await store.insert(row);
      assert.deepEqual(await stored(store, row.key), row);
    },

    async "insert says false for a key that is taken, and leaves the row"(store) {
      const row = newRow();
      await store.insert(row);
      assert.equal(await store.insert({ ...row, data: "v1.other" }), false);
      assert.deepEqual(await stored(store, row.key), row);
    },

    async "insert says false for the key of an expired row"(store) {
      const row = newRow({ expireDate: BEFORE });
      await store.insert(row);
      assert.equal(await store.insert({ ...row, expireDate: AFTER }), false);
    },

    async "of many inserts of one key at once, one wins"(store) {
      const row = newRow();
      const won = await Promise.all(Array.from({ length: 8 }, () => store.insert(row)));
      assert.equal(won.filter(Boolean).length, 1);
    },

    async "update changes data and expiry of a live row"(store) {
      const row = newRow();
      await store.insert(row);
      const expireDate = new Date(AFTER.getTime() + 1000);
      assert.equal(await store.update(row.key, { liveAt: NOW, data: row.data }, { data: "v1.new", expireDate }), true);
      assert.deepEqual(await stored(store, row.key), { key: row.key, data: "v1.new", expireDate });
    },

    async "update can change the expiry alone"(store) {
      const row = newRow();
      await store.insert(row);
      const expireDate = new Date(AFTER.getTime() + 1000);
      assert.equal(await store.update(row.key, { liveAt: NOW }, { expireDate }), true);
      assert.deepEqual(await stored(store, row.key), { ...row, expireDate });
    },

    async "update touches no other row"(store) {
      const [row, other] = [newRow(), newRow()];
      await store.insert(row);
      await store.insert(other);
      await store.update(row.key, { liveAt: NOW }, { data: "v1.new", expireDate: AFTER });
      assert.deepEqual(await stored(store, other.key), other);
    },

    async "update says false when the row is gone, and makes none"(store) {
      const { key } = newRow();
      assert.equal(await store.update(key, { liveAt: NOW }, { data: "v1.new", expireDate: AFTER }), false);
      assert.equal(await store.find(key), undefined);
    },

    async "update says false for an expired row, and leaves it"(store) {
      const row = newRow({ expireDate: NOW });
      await store.insert(row);
      assert.equal(await store.update(row.key, { liveAt: NOW }, { data: "v1.new", expireDate: AFTER }), false);
      assert.deepEqual(await stored(store, row.key), row);
    },

    async "update says false when the data are not what was read, and leaves them"(store) {
      const row = newRow();
      await store.insert(row);
      const guard = { liveAt: NOW, data: "v1.older" };
      assert.equal(await store.update(row.key, guard, { data: "v1.new", expireDate: AFTER }), false);
      assert.deepEqual(await stored(store, row.key), row);
    },

    async "of many guarded updates at once, one wins"(store) {
      const row = newRow();
      await store.insert(row);
      const guard = { liveAt: NOW, data: row.data };
      const texts = Array.from({ length: 8 }, (_, i) => `v1.${i}`);
      const won = await Promise.all(texts.map((data) => store.update(row.key, guard, { data, expireDate: AFTER })));
      assert.equal(won.filter(Boolean).length, 1);
      assert.equal((await stored(store, row.key))?.data, texts[won.indexOf(true)]);
    },

    async "rekey moves a row to another key, with new data and expiry"(store) {
      const [row, next] = [newRow(), newRow({ data: "v1.new", expireDate: new Date(AFTER.getTime() + 1000) })];
      await store.insert(row);
      assert.equal(await store.rekey(row.key, { liveAt: NOW, data: row.data }, next), "rekeyed");
      assert.equal(await store.find(row.key), undefined);
      assert.deepEqual(await stored(store, next.key), next);
    },

    async "rekey matches no row that is gone, expired or changed, and writes nothing"(store) {
      const [gone, expired, changed, next] = [newRow(), newRow({ expireDate: NOW }), newRow(), newRow()];
      await store.insert(expired);
      await store.insert(changed);
      assert.equal(await store.rekey(gone.key, { liveAt: NOW }, next), "unmatched");
      assert.equal(await store.rekey(expired.key, { liveAt: NOW }, next), "unmatched");
      assert.equal(await store.rekey(changed.key, { liveAt: NOW, data: "v1.older" }, next), "unmatched");
      assert.equal(await store.find(next.key), undefined);
      assert.deepEqual(await stored(store, expired.key), expired);
      assert.deepEqual(await stored(store, changed.key), changed);
    },

    async "rekey says taken for the key of another row, and leaves both"(store) {
      const [row, other] = [newRow(), newRow({ data: "v1.other" })];
      await store.insert(row);
      await store.insert(other);
      assert.equal(await store.rekey(row.key, { liveAt: NOW }, { ...row, key: other.key }), "taken");
      assert.deepEqual(await stored(store, row.key), row);
      assert.deepEqual(await stored(store, other.key), other);
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

    async "findExpired gives what expires at or before the date, at most the limit at a time"(store) {
      await store.insert(newRow());
      const expired = [newRow({ expireDate: BEFORE }), newRow({ expireDate: BEFORE }), newRow({ expireDate: NOW })];
      for (const row of expired) await store.insert(row);
      const found = await store.findExpired(NOW, 10);
      assert.deepEqual(found.map(({ key }) => key).sort(), expired.map(({ key }) => key).sort());
      assert.equal((await store.findExpired(BEFORE, 10)).length, 2);
      assert.equal((await store.findExpired(NOW, 2)).length, 2);
    },

    async "findExpired begins with what expired first, or from a date on"(store) {
      const [last, first] = [newRow({ expireDate: NOW }), newRow({ expireDate: BEFORE })];
      for (const row of [last, first]) await store.insert(row);
      const withoutData = ({ key, expireDate }: SessionRow) => ({ key, expireDate });
      assert.deepEqual(await store.findExpired(NOW, 10), [first, last].map(withoutData));
      assert.deepEqual(await store.findExpired(NOW, 10, { from: BEFORE }), [first, last].map(withoutData));
      assert.deepEqual(await store.findExpired(NOW, 10, { from: NOW }), [withoutData(last)]);
    },

    async "findExpired gives nothing where nothing has expired"(store) {
      await store.insert(newRow());
      assert.deepEqual(await store.findExpired(NOW, 10), []);
    },

    async "deleteExpired deletes the rows with these keys that have expired, and says how many"(store) {
      const [expired, gone, live, other] = [
        newRow({ expireDate: NOW }),
        newRow({ expireDate: NOW }),
        newRow(),
        newRow({ expireDate: NOW }),
      ];
      for (const row of [expired, live, other]) await store.insert(row);
      const keys = [expired.key, gone.key, live.key];
      assert.equal(await store.deleteExpired(keys, NOW), 1);
      assert.equal(await store.deleteExpired(keys, NOW), 0);
      assert.equal(await store.find(expired.key), undefined);
      for (const row of [live, other]) assert.deepEqual(await stored(store, row.key), row);
    },
  };

  const all = { ...tests, ...matchingTests, ...(ownColumns && ownColumnsTests(ownColumns)) };
  return Object.entries(all).map(([name, test]) => ({ name, run: async () => test(await openStore()) }));
}
