import { type Check, passed, tableOf, warning } from "../check.ts";
import type { SqlTable } from "../sql-table.ts";

/** Whether an index begins with the expiry column. `clearExpired()` finds rows with this index. */
export const indexOnExpiry: Check = {
  id: "index",
  needs: ["table"],
  async run(subject) {
    const table = tableOf(subject);
    const column = table.columnName("expireDate");
    const [index] = await table.sql.query(indexesOf(table, column));
    if (index) return passed(`${index.name} begins with ${column}.`);
    return warning(
      `No index begins with ${column}. Clearing expired rows then reads the whole table for each batch.`,
      "Write `@@index([expireDate])` in the model, then run `npx prisma migrate dev`.",
    );
  },
};

function indexesOf(table: SqlTable, column: string): string {
  const { sql, mapping } = table;
  const [name, first] = [sql.literal(mapping.table), sql.literal(column)];
  const schema = sql.literal(table.schema ?? "");
  if (sql.provider === "sqlite") {
    return `SELECT l.name AS name FROM pragma_index_list(${name}) l
      WHERE l.partial = 0 AND (SELECT i.name FROM pragma_index_info(l.name) i WHERE i.seqno = 0) = ${first}`;
  }
  if (sql.provider === "mysql" || sql.provider === "cockroachdb") {
    return `SELECT CAST(index_name AS ${sql.provider === "mysql" ? "CHAR(128)" : "TEXT"}) AS name FROM information_schema.statistics
      WHERE table_schema = ${schema} AND table_name = ${name} AND seq_in_index = 1 AND column_name = ${first}`;
  }
  return `SELECT CAST(i.relname AS TEXT) AS name FROM pg_catalog.pg_index x
    JOIN pg_catalog.pg_class i ON i.oid = x.indexrelid
    JOIN pg_catalog.pg_class t ON t.oid = x.indrelid
    JOIN pg_catalog.pg_namespace n ON n.oid = t.relnamespace
    JOIN pg_catalog.pg_attribute a ON a.attrelid = t.oid AND a.attnum = x.indkey[0]
    WHERE n.nspname = ${schema} AND t.relname = ${name} AND a.attname = ${first}
    AND x.indisvalid AND x.indpred IS NULL`;
}
