import assert from "node:assert/strict";
import type { Columns } from "../store/session-store.ts";
import type { MatchingStoreTests } from "./matching-tests.ts";
import { AFTER, guardBy, keysOf, newRow } from "./rows.ts";

/**
 * Tests of the user's own columns. The option `columns` fills them, and `list`, `revoke` and
 * `maxPerOwner` search by them.
 */
export function ownColumnsTests([mine, theirs]: readonly [Columns, Columns]): MatchingStoreTests {
  return {
    async "findMatching finds by a column what insert wrote there, and gives it back"(store) {
      const [row, other] = [newRow({ columns: mine }), newRow({ columns: theirs })];
      for (const each of [row, other]) await store.insert(each);
      const found = await store.findMatching(mine);
      assert.deepEqual(keysOf(found), [row.key]);
      for (const [name, value] of Object.entries(mine)) assert.deepEqual(found[0]?.columns[name], value);
      assert.deepEqual(await store.findMatching(mine, { exceptKey: row.key }), []);
    },

    async "update changes the columns with the rest, and leaves them if none are given"(store) {
      const row = newRow({ columns: mine });
      await store.insert(row);
      await store.update(row.key, guardBy(row.data), { expireDate: AFTER, columns: theirs });
      await store.update(row.key, guardBy(row.data), { expireDate: AFTER });
      assert.deepEqual(keysOf(await store.findMatching(theirs)), [row.key]);
      const next = newRow();
      await store.update(row.key, guardBy(row.data), next);
      assert.deepEqual(keysOf(await store.findMatching(theirs)), [next.key]);
      const last = newRow({ columns: mine });
      await store.update(next.key, guardBy(next.data), last);
      assert.deepEqual(keysOf(await store.findMatching(mine)), [last.key]);
      assert.deepEqual(await store.findMatching(theirs), []);
    },

    async "insert and update say that a key is taken, also if they write columns"(store) {
      const [row, other] = [newRow({ columns: mine }), newRow({ columns: theirs })];
      for (const each of [row, other]) assert.equal(await store.insert(each), true);
      assert.equal(await store.insert({ ...row, columns: theirs }), false);
      assert.equal(await store.update(row.key, guardBy(row.data), other), "taken");
      assert.deepEqual(keysOf(await store.findMatching(mine)), [row.key]);
    },

    async "deleteMatching leaves a row that does not meet the condition, or no longer meets it"(store) {
      const [row, other, changed] = [newRow({ columns: mine }), newRow({ columns: theirs }), newRow({ columns: mine })];
      for (const each of [row, other, changed]) await store.insert(each);
      await store.update(changed.key, guardBy(changed.data), { expireDate: AFTER, columns: theirs });
      assert.equal(await store.deleteMatching(mine, { keys: [row.key, other.key, changed.key] }), 1);
      assert.equal(await store.find(row.key), undefined);
      for (const { key } of [other, changed]) assert.notEqual(await store.find(key), undefined);
    },
  };
}
