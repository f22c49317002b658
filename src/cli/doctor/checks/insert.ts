import { messageOf } from "../../command-error.ts";
import { codeOf, withoutInvocation } from "../../explain-failure.ts";
import { type Check, type Finding, failed, passed, type Subject, skipped } from "../check.ts";
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
      const own = problemOfOwnColumns(error, subject);
      if (own) return own;
      const columns = missingColumns(error, subject);
      if (columns === undefined) throw error;
      return failed(
        `An INSERT needs a value of ${columns}.`,
        `Make the column optional, or give it a default. To run the other checks, pass a value that the table accepts, ` +
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
    if (probes.columns.length > 0) {
      try {
        await probes.insert(store);
      } catch (error) {
        const own = problemOfOwnColumns(error, subject);
        if (own) return own;
        throw error;
      }
    }
    return passed(`A row with a key of ${key.length} characters is stored.`);
  },
};

/** What is wrong with the values of `--insert-columns`. `undefined` if the error is another one. */
function problemOfOwnColumns(error: unknown, { probes }: Subject): Finding | undefined {
  if (probes.columns.length === 0) return undefined;
  const message = messageOf(error);
  if (codeOf(error) === "P2002") {
    return skipped(
      `A UNIQUE constraint refuses a row with the values of --insert-columns: ${withoutInvocation(error)}. ` +
        "The checks need several rows with the same values.",
    );
  }
  const { cause } = Object(error) as { readonly cause?: unknown };
  if (codeOf(cause) === "P2003") {
    return failed(
      "A foreign key refuses the row with the values of --insert-columns.",
      "Give its column a value that the other table has.",
    );
  }
  const [, reason] =
    /^Prisma refused the columns of a statement\. (.*?)\s*Check what `columns` returns/.exec(message) ?? [];
  if (reason === undefined) return undefined;
  return failed(
    `Prisma refused --insert-columns. ${reason}`.trim(),
    "Name the fields of your Prisma model, with values of their types.",
  );
}

/** The names of columns that an INSERT lacks. `undefined` if the error is another one. */
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
