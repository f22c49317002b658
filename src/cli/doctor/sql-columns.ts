import type { Mapping } from "./client-facts.ts";
import type { Row, Sql } from "./sql.ts";

/** A column as the database describes it. */
export interface Column {
  /** The database's name of the type in lower case, such as `character varying` or `longtext`. */
  readonly type: string;
  /** The maximum of characters (in MySQL's texts: of bytes). `undefined` if no limit is known. */
  readonly maxLength: number | undefined;
  /** The number of decimal places of a second. */
  readonly precision: number | undefined;
  /** MySQL's name of the character set. */
  readonly charset: string | undefined;
  /** Whether an INSERT must set the column. */
  readonly isRequired: boolean;
}

/** The columns of a table, by their names in the database. */
export interface FoundColumns {
  readonly schema: string | undefined;
  readonly columns: ReadonlyMap<string, Column>;
}

/** @returns no columns if there is no such table */
export async function findColumns(sql: Sql, { table, schema }: Mapping): Promise<FoundColumns> {
  if (sql.provider === "sqlite") return { schema: undefined, columns: byName(await sqliteColumns(sql, table)) };
  const rows = await sql.query(informationSchema(sql, table));
  const schemas = [...new Set(rows.map((row) => String(row.in_schema)))];
  const current = rows.find((row) => row.in_schema === row.here)?.in_schema;
  const chosen = schema ?? (typeof current === "string" ? current : schemas[0]);
  return { schema: chosen, columns: byName(rows.filter((row) => row.in_schema === chosen)) };
}

function informationSchema(sql: Sql, table: string): string {
  const isMysql = sql.provider === "mysql";
  const current = isMysql ? "DATABASE()" : "current_schema()";
  const where = isMysql
    ? `table_schema = ${current}`
    : "table_schema NOT IN ('pg_catalog', 'information_schema', 'crdb_internal')";
  const text = isMysql ? "CHAR(128)" : "TEXT";
  // CAST, because Prisma's adapters cannot read every type of the catalogs.
  return `SELECT CAST(table_schema AS ${text}) AS in_schema, CAST(${current} AS ${text}) AS here,
    CAST(column_name AS ${text}) AS name, CAST(data_type AS ${text}) AS type,
    character_maximum_length AS max_length, datetime_precision AS fraction,
    CAST(is_nullable AS ${text}) AS nullable, CAST(${isMysql ? "extra" : "is_identity"} AS ${text}) AS automatic,
    CASE WHEN column_default IS NULL THEN 0 ELSE 1 END AS preset, CAST(character_set_name AS ${text}) AS charset_name
    FROM information_schema.columns WHERE table_name = ${sql.literal(table)} AND ${where}`;
}

async function sqliteColumns(sql: Sql, table: string): Promise<readonly Row[]> {
  const rows = await sql.query(
    `SELECT name, type, "notnull" AS required, dflt_value IS NOT NULL AS preset
    FROM pragma_table_info(${sql.literal(table)})`,
  );
  return rows.map((row) => ({ ...row, nullable: Number(row.required) === 0 ? "YES" : "NO" }));
}

const byName = (rows: readonly Row[]) => new Map(rows.map((row) => [String(row.name), columnOf(row)]));

function columnOf(row: Row): Column {
  const isAutomatic = /YES|auto_increment|GENERATED/i.test(text(row.automatic) ?? "");
  return {
    type: (text(row.type) ?? "").toLowerCase(),
    maxLength: number(row.max_length),
    precision: number(row.fraction),
    charset: text(row.charset_name),
    isRequired: text(row.nullable) === "NO" && Number(row.preset) === 0 && !isAutomatic,
  };
}

const text = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);

const number = (value: unknown): number | undefined =>
  value === null || value === undefined ? undefined : Number(value);
