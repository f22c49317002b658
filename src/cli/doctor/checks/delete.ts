import { type Check, failed, passed } from "../check.ts";

const REMEDY =
  "Exclude the session table from the extension that only marks rows as deleted. A session that was signed out must be deleted.";

/** Whether `flush()` really deletes the row. */
export const deletion: Check = {
  id: "delete",
  needs: ["insert"],
  writes: true,
  remedy: REMEDY,
  async run({ store, probes, table }) {
    const { key } = await probes.insert(store);
    if (!(await store.delete(key))) return failed("A DELETE did not find the row that was just written.", REMEDY);
    if (typeof table === "string") {
      if (await store.find(key)) return failed("A DELETE was acknowledged, but the row is still there.", REMEDY);
      return passed(`The client no longer finds the row. SQL could not verify it: ${table}.`);
    }
    if (await table.has(key)) return failed("A DELETE was acknowledged, but the row is still in the table.", REMEDY);
    return passed("A DELETE removes the row from the table.");
  },
};
