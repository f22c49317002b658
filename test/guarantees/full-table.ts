import { createSessions, memoryStore, type SessionRow } from "prisma-db-session";
import type { Provider, TestClient } from "../databases/types.ts";
import { SECRET } from "../support.ts";

const ROUNDS = 10;
const ROWS_PER_INSERT = 500;

export interface Contents {
  readonly live: number;
  readonly expired: number;
}

/** The session key of a live row. */
export const liveKey = (index: number): string => `live${String(index).padStart(28, "0")}`;

/** Fills the table with live sessions, and with expired rows all among them. */
export async function fillTable(client: TestClient, provider: Provider, { live, expired }: Contents): Promise<void> {
  for (let round = 0; round < ROUNDS; round++) {
    const share = (count: number) => Math.floor((count * (round + 1)) / ROUNDS) - Math.floor((count * round) / ROUNDS);
    await client.$executeRawUnsafe(EXPIRED[provider](share(expired)));
    const rows = await liveRows(Math.floor((live * round) / ROUNDS), share(live));
    for (let i = 0; i < rows.length; i += ROWS_PER_INSERT) {
      await client.session.createMany({ data: rows.slice(i, i + ROWS_PER_INSERT) });
    }
  }
  // What the database puts off after so many rows would otherwise fall into what is measured.
  for (const sql of SETTLE[provider]) await client.$queryRawUnsafe(sql);
}

/** What saving new sessions would insert. */
async function liveRows(from: number, count: number): Promise<SessionRow[]> {
  const rows: SessionRow[] = [];
  const insert = async (row: SessionRow) => rows.push(row) > 0;
  let next = from;
  const randomKey = () => liveKey(next++);
  const sessions = createSessions({ store: { ...memoryStore(), insert }, secret: SECRET, randomKey });
  for (let i = 0; i < count; i++) {
    const session = sessions.open();
    session.set("userId", from + i);
    session.set("note", "x".repeat(200));
    await session.save();
  }
  return rows;
}

const DATA = `v1.${"0".repeat(64)}.${"x".repeat(230)}`;
const A_MONTH = 2_592_000;

/** Rows of as much data, with keys and dates in no order, as those of real sessions are. */
const EXPIRED: Readonly<Record<Provider, (count: number) => string>> = {
  postgresql: (count) =>
    `INSERT INTO session SELECT 'sha256.' || encode(sha256(gen_random_uuid()::text::bytea), 'hex'), '${DATA}',
     now() - random() * interval '${A_MONTH} seconds' FROM generate_series(1, ${count})`,
  mysql: (count) =>
    `INSERT INTO session SELECT concat('sha256.', sha2(uuid(), 256)) AS id, '${DATA}',
     utc_timestamp(3) - INTERVAL rand() * ${A_MONTH} SECOND FROM seq_1_to_${count} ORDER BY id`,
  sqlite: (count) =>
    `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count})
     INSERT INTO session SELECT 'sha256.' || lower(hex(randomblob(32))) AS id, '${DATA}',
     strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now', (-abs(random() % ${A_MONTH}) - 1) || ' seconds') FROM n ORDER BY id`,
};

const SETTLE: Readonly<Record<Provider, readonly string[]>> = {
  postgresql: ["VACUUM ANALYZE session", "CHECKPOINT"],
  mysql: ["ANALYZE TABLE session"],
  sqlite: ["ANALYZE", "PRAGMA wal_checkpoint(TRUNCATE)"],
};
