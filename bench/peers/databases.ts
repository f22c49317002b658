import pg from "pg";
import { adapters } from "../../test/databases/adapters.ts";
import { runSql, uniqueName, withDatabase } from "../../test/databases/sql.ts";

export interface PeerDatabase {
  readonly url: string;
  drop(): Promise<void>;
}

/** A database of its own for each peer, because several peers call their table `session`. */
export async function createDatabase(server: string, statements: readonly string[]): Promise<PeerDatabase> {
  const name = uniqueName("peer");
  const url = withDatabase(server, name);
  await runSql(adapters.postgresql(server), [`CREATE DATABASE ${name}`]);
  await runSql(adapters.postgresql(url), statements);
  return { url, drop: () => runSql(adapters.postgresql(server), [`DROP DATABASE ${name} WITH (FORCE)`]) };
}

/** The columns of a table of sessions. */
export interface Columns {
  readonly table: string;
  readonly keys: readonly string[];
  readonly others: readonly string[];
  /** SQL of another key, from 32 random bytes in `hash`. */
  readonly newKey: string;
}

/**
 * Adds copies of the smallest row, with other keys, until the table has this number of rows. The
 * rows are in the order of their keys: PostgreSQL inserts ten million of them much faster then, and
 * the rows that were there before are at random places.
 */
export async function fillTable(url: string, columns: Columns, rows: number): Promise<void> {
  const { table, keys, others, newKey } = columns;
  const all = [...keys, ...others].join(", ");
  const missing = `${rows} - (SELECT count(*) FROM kept)`;
  const newKeys = `SELECT ${newKey} AS key FROM generate_series(1, ${missing}) i, sha256(i::text::bytea) hash`;
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    for (const sql of [
      "SET work_mem = '256MB'",
      `CREATE TEMPORARY TABLE kept AS TABLE ${table}`,
      `TRUNCATE ${table}`,
      `INSERT INTO ${table} (${all}) SELECT * FROM (
        SELECT ${[...keys.map(() => "key"), ...others].join(", ")} FROM (${newKeys}) new,
          (SELECT ${others.join(", ")} FROM kept ORDER BY length(kept::text) LIMIT 1) smallest
        UNION ALL SELECT ${all} FROM kept
      ) rows ORDER BY 1`,
      // Else the server would do this during the measurements.
      `VACUUM ANALYZE ${table}`,
      "CHECKPOINT",
    ])
      await client.query(sql);
  } finally {
    await client.end();
  }
}
