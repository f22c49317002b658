import assert from "node:assert/strict";
import type { Columns, SessionStore } from "../store/session-store.ts";
import { expiredTests } from "./expired-tests.ts";
import { guardTests } from "./guard-tests.ts";
import { ifMatching, matchingTests } from "./matching-tests.ts";
import { ownColumnsTests } from "./own-columns-tests.ts";
import { rowTests } from "./row-tests.ts";
import type { StoreTests } from "./rows.ts";
import { updateTests } from "./update-tests.ts";

/** One test of the suite. */
export interface ConformanceTest {
  /** What the store must do. */
  readonly name: string;
  /** Runs the test on a store of its own. Rejects if the store fails it. */
  readonly run: () => Promise<void>;
}

/** The properties of a store that the suite cannot find out itself. */
export interface ConformanceOptions {
  /**
   * Two different sets of values for your own columns, such as `[{ userId: 1 }, { userId: 2 }]`. A
   * store must write these values and find rows by each of them. It then needs `findMatching` and
   * `deleteMatching`. Default: no test of own columns.
   */
  readonly ownColumns?: readonly [Columns, Columns] | undefined;
  /**
   * Whether the store must have `findMatching` and `deleteMatching`, which `list`, `revoke` and
   * `maxPerOwner` need. Default: if a store has neither, their tests pass without testing anything.
   * True with `ownColumns`.
   */
  readonly needsMatching?: boolean | undefined;
}

/**
 * The tests that every {@link SessionStore} must pass, for any test runner.
 *
 * @param openStore Gives each test a store with an empty table.
 * @example
 * ```ts
 * for (const { name, run } of storeConformanceTests(() => myStore())) test(name, run);
 * ```
 */
export function storeConformanceTests(
  openStore: () => SessionStore | Promise<SessionStore>,
  { ownColumns, needsMatching = ownColumns !== undefined }: ConformanceOptions = {},
): readonly ConformanceTest[] {
  const matching = { ...matchingTests, ...(ownColumns && ownColumnsTests(ownColumns)) };
  const all: StoreTests = {
    ...rowTests,
    ...updateTests,
    ...guardTests,
    ...expiredTests,
    ...ifMatching(matching, { isRequired: needsMatching }),
    ...classTests,
  };
  return Object.entries(all).map(([name, test]) => ({ name, run: async () => test(await openStore()) }));
}

const classTests: StoreTests = {
  async "classifyError, if there is one, gives a class for anything that can be thrown"(store) {
    for (const thrown of [new Error("made up"), Object.assign(new Error(), { code: 7 }), "text", null, undefined]) {
      const errorClass = store.classifyError?.(thrown) ?? "unknown";
      assert.ok(["retryable", "rejected", "fatal", "unknown"].includes(errorClass), errorClass);
    }
  },
};
