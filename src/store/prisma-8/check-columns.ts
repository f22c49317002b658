import { ConfigError } from "../../errors.ts";
import { isPlainObject } from "../plain-object.ts";
import type { Columns } from "../session-store.ts";

const JSON_CODEC = /\/jsonb?@/;
/** SQLite stores any text in such a column, and Prisma 8 checks nothing. */
const SQLITE_NUMBER = /^sqlite\/(integer|real|bigint)/;

/**
 * A check of the values that the option `columns` returned: they may come from an attacker who
 * filled the session. The check throws a ConfigError.
 */
export function columnChecker(
  codecs: Readonly<Record<string, string | undefined>> = {},
): (columns: Columns | undefined) => void {
  return (columns = {}) => {
    for (const [name, value] of Object.entries(columns)) {
      const codec = codecs[name] ?? "";
      if (isPlainObject(value) && !JSON_CODEC.test(codec)) throw unfit(name, "an object", "does not hold JSON");
      if (typeof value === "string" && SQLITE_NUMBER.test(codec)) throw unfit(name, "a string", "holds numbers");
    }
  };
}

const unfit = (name: string, what: string, why: string) =>
  new ConfigError(
    `Cannot write the column \`${name}\` because \`columns\` returned ${what} for it and it ${why}. ` +
      "Return a value of the column's type, whatever the session holds.",
  );
