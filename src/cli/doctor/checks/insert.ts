import { messageOf } from "../../command-error.ts";
import { codeOf } from "../../explain-failure.ts";
import { type Check, failed, passed, type Subject } from "../check.ts";
import type { SqlTable } from "../sql-table.ts";

const OWN_FIELDS = ["key", "data", "expireDate"];

/** Whether an INSERT works, and stores the row under the key that was sent. */
export const insert: Check = {
  id: "insert",
  needs: ["table"],
  writes: true,
  remedy: "The key column must hold 71 characters: `key String @id`. Fix the cause, and run doctor again.",
  async run(subject) {
    const { store, probes, table } = subject;
    // The database may store another key, so `remove` finds rows by their prefix for now.
    probes.hasMangledKeys = true;
    let key: string;
    try {
      ({ key } = await probes.insert(store));
    } catch (error) {
      const columns = missingColumns(error, subject);
      if (columns === undefined) throw error;
      return failed(
        `An INSERT needs a value of ${columns}.`,
        `Make the column optional, or give it a default. To run the other checks, pass --insert-columns, ` +
          `as in --insert-columns '{"${columns.split(", ")[0]}":1}'.`,
      );
    }
    const isStored = typeof table === "string" ? (await store.find(key)) !== undefined : await table.has(key);
    if (!isStored) {
      return failed(
        `The row was acknowledged, but is not there under its key of ${key.length} characters.`,
        "Make the key column longer (`key String @id`), and exclude the session table from extensions that change keys.",
      );
    }
    probes.hasMangledKeys = false;
    return passed(`A row with a key of ${key.length} characters is stored.`);
  },
};

/** The names of the columns that an INSERT lacks. `undefined` for any other error. */
function missingColumns(error: unknown, { table, probes }: Subject): string | undefined {
  const [, field] = /Argument `(\w+)` is missing/.exec(messageOf(error)) ?? [];
  if (field !== undefined) return field;
  // The store explains P2011 in a ConfigError, but knows nothing of --insert-columns.
  const { cause = error } = Object(error) as { readonly cause?: unknown };
  if (!["P2011", "P2012"].includes(codeOf(cause)) || typeof table === "string") return undefined;
  const names = requiredFields(table).filter((name) => !probes.columns.includes(name));
  return names.length > 0 ? names.join(", ") : undefined;
}

/** The fields of the user's own columns that have no default. */
function requiredFields({ mapping, columns }: SqlTable): string[] {
  const fields = new Map([...mapping.columns].map(([field, column]) => [column, field]));
  return [...columns]
    .filter(([, { isRequired }]) => isRequired)
    .map(([column]) => fields.get(column) ?? column)
    .filter((field) => !OWN_FIELDS.includes(field));
}
