import { randomInt } from "node:crypto";
import pg from "pg";
import { createSessions, memoryStore, type SessionRow, type SessionStore } from "prisma-db-session";
import { migration } from "../../../test/databases/sql.ts";
import { hashedKey, KILOBYTE, SECRET } from "../../kilobyte.ts";
import { interleave } from "../../rounds.ts";
import { createDatabase } from "../databases.ts";
import type { RowsResult } from "../result.ts";
import type { Scale } from "../scale.ts";
import { barePg } from "../stores/pg.ts";
import { onPrisma7 } from "../stores/this-package.ts";
import { repeat } from "./repeat.ts";

const BATCH = 1000;
const PEERS = ["pg", "prisma-db-session"] as const;

/** Measures requests for random sessions of an ever larger table, one request after another. */
export async function benchRows(server: string, { warmUp, rounds, rows, growth }: Scale): Promise<RowsResult[]> {
  const { url, drop } = await createDatabase(server, await migration("postgresql"));
  const bare = barePg(url);
  const ours = await onPrisma7(url);
  const results: RowsResult[] = [];
  let visits = 0;
  try {
    for (const [i, count] of rows.entries()) {
      await fill(url, rows[i - 1] ?? 0, count);
      const request = {
        pg: () => bare.request(hashedKey(keyOf(2 * randomInt(count / 2) + 1)), { visits: ++visits }),
        "prisma-db-session": () => ours.request(keyOf(2 * randomInt(count / 2)), { visits: ++visits }),
      };
      const us = await interleave(PEERS, { warmUp, rounds }, (peer) => repeat(growth, request[peer]));
      for (const peer of PEERS) results.push({ peer, rows: count, us: us[peer] });
      console.error(`${count} rows`);
    }
    return results;
  } finally {
    await Promise.all([bare.close(), ours.close()]);
    await drop();
  }
}

/** The session key of a row. Its hash puts it anywhere in the index. */
const keyOf = (row: number) => `row${String(row).padStart(29, "0")}`;

/**
 * Inserts the rows from one number to another: the even ones as the package writes them, and the
 * odd ones as `barePg()` does.
 */
async function fill(connectionString: string, from: number, to: number): Promise<void> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    for (let row = from; row < to; row += BATCH) {
      const batch = await rowsOf(row, Math.min(row + BATCH, to));
      const columns = [
        batch.map(({ key }) => key),
        batch.map(({ data }, i) => (i % 2 === 0 ? data : JSON.stringify(KILOBYTE))),
        batch.map(({ expireDate }) => expireDate.toISOString()),
      ];
      await client.query("INSERT INTO session SELECT * FROM unnest($1::text[], $2::text[], $3::timestamp[])", columns);
    }
    // Else the server would do this during the measurements.
    await client.query("VACUUM ANALYZE session");
    await client.query("CHECKPOINT");
  } finally {
    await client.end();
  }
}

async function rowsOf(from: number, to: number): Promise<SessionRow[]> {
  const rows: SessionRow[] = [];
  let next = from;
  const store: SessionStore = {
    ...memoryStore(),
    async insert(row) {
      rows.push(row);
      return true;
    },
  };
  const { open } = createSessions({ store, secret: SECRET, randomKey: () => keyOf(next++) });
  for (let row = from; row < to; row++) {
    const session = open();
    session.update(KILOBYTE);
    await session.save();
  }
  return rows;
}
