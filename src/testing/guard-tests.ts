import assert from "node:assert/strict";
import type { SessionStore, UpdateGuard, UpdateOutcome } from "../store/session-store.ts";
import { AFTER, guardBy, newRow, type StoreTests, stored } from "./rows.ts";

const LETTERS_AND_DIGITS = "abcdefghijklmnopqrstuvwxyz0123456789";
/**
 * Every character that a prefix may have. `_` comes first: as a wildcard it would match any
 * character.
 */
const ALL_CHARACTERS = `_.{}":-${LETTERS_AND_DIGITS}`;
const LENGTH = 45;

/** The prefixes of this package's codecs. */
const PREFIXES = ["v1.", "e1.", '{"_session_digest":"'].map((beginning) =>
  beginning.padEnd(LENGTH, "0123456789abcdef"),
);

/**
 * Inserts a row with these data, and updates it with the guard. The update does not change the
 * data.
 */
async function outcomeOf(store: SessionStore, data: string, guard: UpdateGuard["data"]): Promise<UpdateOutcome> {
  const row = newRow({ data });
  await store.insert(row);
  const outcome = await store.update(row.key, guardBy(guard), { expireDate: AFTER });
  assert.deepEqual(await stored(store, row.key), row);
  return outcome;
}

/** Tests which rows a guard by the data matches. A store that passes may use LIKE for prefixes. */
export const guardTests: StoreTests = {
  async "a guard by prefix matches data that begin with it, whatever follows"(store) {
    for (const startsWith of [...PREFIXES, ALL_CHARACTERS]) {
      for (const rest of ["", "f", " % _ \\ ' \" A É \u{1F600}", "x".repeat(100_000)]) {
        assert.equal(await outcomeOf(store, startsWith + rest, { startsWith }), "updated", startsWith + rest);
      }
    }
  },

  async "a guard by prefix matches no data that differ in one of its letters or digits"(store) {
    for (const prefix of [...PREFIXES, ALL_CHARACTERS]) {
      const row = newRow({ data: `${prefix}.rest` });
      await store.insert(row);
      for (const [i, character] of Array.from(prefix).entries()) {
        if (!LETTERS_AND_DIGITS.includes(character)) continue;
        const startsWith = prefix.slice(0, i) + (character === "a" ? "b" : "a") + prefix.slice(i + 1);
        assert.equal(await store.update(row.key, guardBy({ startsWith }), row), "unmatched", startsWith);
      }
    }
  },

  async "a guard by prefix matches no data that are shorter"(store) {
    for (const startsWith of PREFIXES)
      assert.equal(await outcomeOf(store, startsWith.slice(0, -1), { startsWith }), "unmatched");
  },

  async "of concurrent updates with one guard by prefix, one wins"(store) {
    const [prefix = ""] = PREFIXES;
    const row = newRow({ data: `${prefix}.text` });
    await store.insert(row);
    const texts = Array.from({ length: 8 }, (_, i) => `v1.${i}`);
    const outcomes = await Promise.all(
      texts.map((data) => store.update(row.key, guardBy({ startsWith: prefix }), { data, expireDate: AFTER })),
    );
    assert.equal(outcomes.filter((outcome) => outcome === "updated").length, 1);
    assert.equal((await stored(store, row.key))?.data, texts[outcomes.indexOf("updated")]);
  },

  async "update with a key can be guarded by prefix"(store) {
    const [row, next] = [newRow({ data: "v1.0123456789.text" }), newRow()];
    await store.insert(row);
    assert.equal(await store.update(row.key, guardBy({ startsWith: "v1.0123456780" }), next), "unmatched");
    assert.equal(await store.update(row.key, guardBy({ startsWith: "v1.0123456789" }), next), "updated");
    assert.deepEqual(await stored(store, next.key), next);
  },

  // Texts that differ only in letter case may count as equal, because most collations of MySQL
  // ignore letter case.
  async "a guard by the whole data compares every character, also %, _, \\ and capitals"(store) {
    for (const data of ["%", "_", "\\", "%%A_\\%é", "v1.A%_\\"]) {
      assert.equal(await outcomeOf(store, data, data), "updated", data);
      assert.equal(await outcomeOf(store, `${data}x`, data), "unmatched", data);
    }
    for (const pattern of ["%", "v1.%", "v1.ab_", "___ab_", "v1.\\abc", "v1.ab", "v1.abcd", ""]) {
      assert.equal(await outcomeOf(store, "v1.abc", pattern), "unmatched", pattern);
    }
  },
};
