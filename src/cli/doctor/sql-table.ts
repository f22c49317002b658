import { messageOf } from "../command-error.ts";
import type { ClientFacts, Mapping } from "./client-facts.ts";
import type { Sql } from "./sql.ts";
import { type Column, findColumns } from "./sql-columns.ts";

/** The fields of the model that the package itself uses. */
export type Field = "key" | "data" | "expireDate";

/** The session table in SQL, without the client's extensions. */
export class SqlTable {
  /** The quoted name of the table. */
  readonly name: string;

  constructor(
    readonly sql: Sql,
    readonly mapping: Mapping,
    /** `undefined` on SQLite. */
    readonly schema: string | undefined,
    readonly columns: ReadonlyMap<string, Column>,
  ) {
    const names = schema === undefined ? [mapping.table] : [schema, mapping.table];
    this.name = names.map((name) => sql.identifier(name)).join(".");
  }

  /** The name of a field's column in the database. */
  columnName(field: string): string {
    return this.mapping.columns.get(field) ?? field;
  }

  /** The quoted name of a field's column. */
  quoted(field: Field): string {
    return this.sql.identifier(this.columnName(field));
  }

  column(field: Field): Column | undefined {
    return this.columns.get(this.columnName(field));
  }

  /** The data column of a row, as the database stores it. */
  async storedData(key: string): Promise<string | undefined> {
    const value = await this.sql.value(
      `SELECT ${this.quoted("data")} AS data FROM ${this.name} WHERE ${this.isKey(key)}`,
    );
    return value === undefined ? undefined : String(value);
  }

  async has(key: string): Promise<boolean> {
    return (await this.count(this.isKey(key))) > 0;
  }

  async count(condition: string): Promise<number> {
    return Number(await this.sql.value(`SELECT count(*) AS n FROM ${this.name} WHERE ${condition}`));
  }

  async delete(condition: string): Promise<void> {
    await this.sql.execute(`DELETE FROM ${this.name} WHERE ${condition}`);
  }

  /** Also of a column with another type than a text. */
  isData(text: string): string {
    const type = this.sql.provider === "mysql" ? "CHAR" : "TEXT";
    return `CAST(${this.quoted("data")} AS ${type}) = ${this.sql.literal(text)}`;
  }

  isKey(...keys: string[]): string {
    return `${this.quoted("key")} IN (${keys.map((key) => this.sql.literal(key)).join(", ")})`;
  }
}

/** @returns the reason if the database or the client does not describe the table */
export async function openTable(sql: Sql | string, { mapping }: ClientFacts): Promise<SqlTable | string> {
  if (typeof sql === "string") return sql;
  if (!mapping) return "the client does not describe its models";
  try {
    const { schema, columns } = await findColumns(sql, mapping);
    if (columns.size === 0) return `the database does not describe a table ${mapping.table}`;
    return new SqlTable(sql, mapping, schema, columns);
  } catch (error) {
    return `the database does not describe its tables: ${messageOf(error)}`;
  }
}
