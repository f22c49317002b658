import assert from "node:assert/strict";
import type { Columns } from "../store/session-store.ts";
import { AFTER, keysOf, NOW, newRow, type StoreTests } from "./rows.ts";

/** What a store must do with the columns that the option `columns` fills, and that `list`, `revoke` and `maxPerOwner` name. */
export function ownColumnsTests([mine, theirs]: readonly [Columns, Columns]): StoreTests {
  return {
    async "findMatching finds by a column what insert wrote there, and gives it back"(store) {
      const [row, other] = [newRow({ columns: mine }), newRow({ columns: theirs })];
      for (const each of [row, other]) await store.insert(each);
      const found = await store.findMatching(mine);
      assert.deepEqual(keysOf(found), [row.key]);
      for (const [name, value] of Object.entries(mine)) assert.deepEqual(found[0]?.columns[name], value);
      assert.deepEqual(await store.findMatching(mine, { exceptKey: row.key }), []);
    },

    async "update and rekey change the columns with the rest, and leave them where none are given"(store) {
      const row = newRow({ columns: mine });
      await store.insert(row);
      await store.update(row.key, { liveAt: NOW }, { expireDate: AFTER, columns: theirs });
      await store.update(row.key, { liveAt: NOW }, { expireDate: AFTER });
      assert.deepEqual(keysOf(await store.findMatching(theirs)), [row.key]);
      const next = newRow();
      await store.rekey(row.key, { liveAt: NOW }, next);
      assert.deepEqual(keysOf(await store.findMatching(theirs)), [next.key]);
      const last = newRow({ columns: mine });
      await store.rekey(next.key, { liveAt: NOW }, last);
      assert.deepEqual(keysOf(await store.findMatching(mine)), [last.key]);
      assert.deepEqual(await store.findMatching(theirs), []);
    },

    async "deleteMatching leaves a row that does not meet the condition, or not any more"(store) {
      const [row, other, changed] = [newRow({ columns: mine }), newRow({ columns: theirs }), newRow({ columns: mine })];
      for (const each of [row, other, changed]) await store.insert(each);
      await store.update(changed.key, { liveAt: NOW }, { expireDate: AFTER, columns: theirs });
      assert.equal(await store.deleteMatching(mine, { keys: [row.key, other.key, changed.key] }), 1);
      assert.equal(await store.find(row.key), undefined);
      for (const { key } of [other, changed]) assert.notEqual(await store.find(key), undefined);
    },
  };
}
