import { type Check, type Finding, failed, passed, tableOf, warning } from "../check.ts";
import type { SqlTable } from "../sql-table.ts";

const REMEDY =
  'Use the plain `DateTime`. A PostgreSQL column with `timestamptz` needs `options: "-c TimeZone=UTC"` on the adapter.';

/** Whether `expire_date` is the same point in time for Prisma and for SQL. */
export const expiry: Check = {
  id: "expiry",
  needs: ["insert"],
  writes: true,
  remedy: REMEDY,
  async run(subject) {
    const { store, probes } = subject;
    const table = tableOf(subject);
    const row = await probes.insert(store);
    const sent = row.expireDate.getTime();
    const inSql = Number(
      await table.sql.value(`SELECT ${milliseconds(table)} AS ms FROM ${table.name} WHERE ${table.isKey(row.key)}`),
    );
    const found = difference(inSql - sent);
    if (found) return found;
    const read = (await store.find(row.key))?.expireDate.getTime();
    if (read !== undefined && read !== sent) {
      return failed(`Prisma reads an expiry that is ${duration(read - sent)} than the one it wrote.`, REMEDY);
    }
    return (await mixedFormats(table, row.key)) ?? passed("SQL sees the point in time that Prisma wrote.");
  },
};

/** The column as milliseconds since 1970, whatever the time zone of the connection. */
function milliseconds(table: SqlTable): string {
  const column = table.quoted("expireDate");
  const type = table.column("expireDate")?.type ?? "";
  switch (table.sql.provider) {
    case "sqlite":
      return `CASE typeof(${column}) WHEN 'text' THEN (julianday(${column}) - 2440587.5) * 86400000.0 ELSE ${column} END`;
    case "mysql":
      return type === "timestamp"
        ? `UNIX_TIMESTAMP(${column}) * 1000`
        : `TIMESTAMPDIFF(MICROSECOND, '1970-01-01', ${column}) / 1000`;
    default: {
      const instant = type === "timestamp with time zone" ? column : `${column} AT TIME ZONE 'UTC'`;
      return `CAST(EXTRACT(EPOCH FROM ${instant}) * 1000 AS DOUBLE PRECISION)`;
    }
  }
}

function difference(ms: number): Finding | undefined {
  if (Math.abs(ms) < 1.5) return undefined;
  if (Math.abs(ms) < 1000) {
    return warning(
      `The expiry is rounded by ${Math.round(Math.abs(ms))} ms.`,
      "Use the plain `DateTime`, which has milliseconds.",
    );
  }
  const what = Number.isNaN(ms) ? "no point in time" : `a point in time ${duration(ms)} than the one that Prisma wrote`;
  return failed(`SQL sees ${what}.`, REMEDY);
}

function duration(ms: number): string {
  const minutes = Math.abs(ms) / 60_000;
  const amount = minutes >= 60 ? `${+(minutes / 60).toFixed(2)} h` : `${+minutes.toFixed(1)} min`;
  return `${amount} ${ms < 0 ? "earlier" : "later"}`;
}

/** SQLite compares a text with a number only by their types, not by their values. */
async function mixedFormats(table: SqlTable, key: string): Promise<Finding | undefined> {
  if (table.sql.provider !== "sqlite") return undefined;
  const column = table.quoted("expireDate");
  const format = `(SELECT typeof(${column}) FROM ${table.name} WHERE ${table.isKey(key)})`;
  const rows = await table.count(`typeof(${column}) <> ${format}`);
  if (rows === 0) return undefined;
  return failed(
    `${rows === 1 ? "1 row keeps" : `${rows} rows keep`} the expiry in another format than this client writes, so SQLite compares them wrongly.`,
    "Set the adapter's `timestampFormat` to the format of the rows, or delete these rows.",
  );
}
