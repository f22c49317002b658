import { type Check, passed } from "../check.ts";

/** Whether the table has every column of the model. The store throws a ConfigError otherwise. */
export const table: Check = {
  id: "table",
  needs: ["connection"],
  async run({ client: { mapping }, store, probes }) {
    await store.findMatching({ key: probes.prefix }, { limit: 1, withData: true });
    if (!mapping) return passed("The table has every column of the model.");
    return passed(`${mapping.table} has ${[...mapping.columns.values()].join(", ")}.`);
  },
};
