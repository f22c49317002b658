import { type Check, type Finding, failed, passed, tableOf, warning } from "../check.ts";
import type { Provider } from "../client-facts.ts";
import type { Column } from "../sql-columns.ts";
import type { SqlTable } from "../sql-table.ts";

const KEY_LENGTH = 71;
/**
 * The size that the data of a session may need, in characters. Another check writes such a text.
 */
export const DATA_LENGTH = 300_000;

const TEXTS: Readonly<Record<Provider, RegExp>> = {
  postgresql: /^(text|character varying|user-defined)$/, // citext is a user-defined type
  cockroachdb: /^(text|character varying|string)$/,
  mysql: /^(varchar|tinytext|text|mediumtext|longtext)$/,
  sqlite: /char|clob|text/, // the rule of SQLite for the affinity TEXT
};
const TIMES: Readonly<Record<Provider, RegExp>> = {
  postgresql: /^timestamp with(out)? time zone$/,
  cockroachdb: /^timestamp with(out)? time zone$/,
  mysql: /^(datetime|timestamp)$/,
  sqlite: /date|time|^(integer|text)/,
};
const UTC = /^((Etc\/)?(UTC|UCT|GMT|Zulu|Universal|Greenwich)|(Etc\/)?GMT[+-]?0)$/i;

/** The types and sizes of the package's columns. */
export const columns: Check = {
  id: "columns",
  needs: ["table"],
  async run(subject) {
    const table = tableOf(subject);
    const { provider } = table.sql;
    const missing = (["key", "data", "expireDate"] as const).filter((field) => !table.column(field));
    const [key, data, expireDate] = [table.column("key"), table.column("data"), table.column("expireDate")];
    if (!key || !data || !expireDate) {
      return failed(`The database describes no column ${missing.join(", ")}.`, MIGRATE);
    }
    const all = `key ${show(key)}, data ${show(data)}, expire_date ${show(expireDate)}`;
    const wrong = [
      TEXTS[provider].test(key.type) ? tooShort("key", key, KEY_LENGTH, "") : wrongType("key", key),
      TEXTS[provider].test(data.type)
        ? tooShort("data", data, DATA_LENGTH, provider === "mysql" ? " @db.LongText" : "")
        : wrongType("data", data),
      TIMES[provider].test(expireDate.type) ? await wrongTime(table, expireDate) : wrongType("expireDate", expireDate),
    ].filter((finding) => finding !== undefined);
    const [worst] = [...wrong].sort((a, b) => a.status.localeCompare(b.status)); // failed before warning
    if (!worst) return passed(`${all}.`);
    const remedy = wrong.map((finding) => finding.remedy).join(" ");
    return { status: worst.status, detail: wrong.map(({ detail }) => detail).join(" "), remedy };
  },
};

const MIGRATE = "Copy the model from the README, then run `npx prisma migrate dev`.";

function tooShort(field: string, column: Column, length: number, attribute: string): Finding | undefined {
  if (column.maxLength === undefined || column.maxLength >= length) return undefined;
  return failed(
    `${field} is ${show(column)}. It must hold ${length} characters.`,
    `Write \`${field} String${attribute}\` in the schema, then run \`npx prisma migrate dev\`.`,
  );
}

const wrongType = (field: string, column: Column): Finding =>
  failed(`${field} is ${show(column)}, which changes or refuses what the package stores.`, MIGRATE);

async function wrongTime({ sql }: SqlTable, column: Column): Promise<Finding | undefined> {
  if (column.type === "timestamp with time zone") {
    const zone = String(await sql.value("SELECT current_setting('TimeZone') AS zone"));
    if (!UTC.test(zone)) {
      return failed(
        `expireDate is ${show(column)}, and the connection's TimeZone is ${zone}.`,
        'Use the plain `DateTime`, or set `options: "-c TimeZone=UTC"` on the adapter.',
      );
    }
  }
  if (sql.provider === "mysql" && column.type === "timestamp") {
    return warning("expireDate is timestamp, which ends in the year 2038.", "Use the plain `DateTime` (DATETIME(3)).");
  }
  if (column.precision !== undefined && column.precision < 3) {
    return warning(
      `expireDate is ${show(column)}, which rounds the expiry to seconds.`,
      "Use the plain `DateTime`, which has three digits.",
    );
  }
  return undefined;
}

function show({ type, maxLength, precision }: Column): string {
  if (precision !== undefined) return type.replace(/^\w+/, `$&(${precision})`);
  return maxLength === undefined || /text/.test(type) ? type : `${type}(${maxLength})`;
}
