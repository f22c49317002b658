import { Client } from "pg";
import { createSessions, memoryStore, type SessionRow } from "prisma-db-session";
import type { TestDatabase } from "../test/databases/types.ts";
import { KILOBYTE, SECRET } from "./kilobyte.ts";
import type { Result } from "./result.ts";
import { concurrently } from "./rounds.ts";
import { serverMicroseconds } from "./server-cpu.ts";

const ROWS_PER_INSERT = 500;
const REQUESTS = 32;
const STATEMENTS = 16_000;
const WEEK_MS = 604_800_000;

/** What a session holds: a signed-in user alone, or a user with a cart. */
const USER = { userId: 4711 };

/** The tables that are measured. The last one checks the model that the first two give. */
const TABLES = [
  { holds: "a user", data: USER, count: 100_000 },
  { holds: "1 KB", data: KILOBYTE, count: 100_000 },
  { holds: "a user", data: USER, count: 1_000_000 },
];

/**
 * Measures on PostgreSQL what a plan of capacity needs: the bytes of a session in the table, in its
 * indexes and in the write-ahead log. It also measures the statements per second of one process.
 */
export async function benchCapacity(db: TestDatabase): Promise<Result[]> {
  const results: Result[] = [];
  const client = new Client({ connectionString: db.url });
  await client.connect();
  try {
    for (const table of TABLES) {
      await client.query("TRUNCATE session");
      results.push(await measure(db, client, table));
    }
  } finally {
    await client.end();
  }
  return results;
}

async function measure(
  db: TestDatabase,
  client: Client,
  { holds, data, count }: (typeof TABLES)[number],
): Promise<Result> {
  const prisma = await db.connect({ logs: false });
  const keys: string[] = [];
  let characters = 0;
  while (keys.length < count) {
    const batch = await newRows(data);
    await prisma.session.createMany({ data: batch.rows });
    keys.push(...batch.keys);
    characters = batch.rows[0]?.data.length ?? Number.NaN;
  }
  await client.query("VACUUM ANALYZE session");
  const fresh = await bytes(client);

  await client.query("CHECKPOINT");
  const sessions = createSessions({ model: prisma.session, secret: SECRET });
  const randomKeyOf = () => keys[Math.floor(Math.random() * keys.length)];
  const load = () => sessions.load(randomKeyOf());
  let visits = 0;
  const save = async () => {
    const session = await sessions.load(randomKeyOf());
    session.set("visits", ++visits);
    await session.save();
  };
  await run(client, load, STATEMENTS / 8);
  const loads = await run(client, load, STATEMENTS);
  const before = await logPosition(client);
  const saves = await run(client, save, STATEMENTS / 2);
  const log = (await logPosition(client)) - before;

  await client.query("UPDATE session SET expire_date = expire_date - interval '1 year'");
  await client.query("VACUUM ANALYZE session");
  const began = performance.now();
  const cleared = await sessions.clearExpired();
  const clearing = (performance.now() - began) / 1000;
  return {
    what: `capacity: ${count} sessions that hold ${holds}`,
    details: {
      "characters of data": characters,
      "bytes of a session in the table": fresh.table / count,
      "bytes in the primary key": fresh.key / count,
      "bytes in the index of expire_date": fresh.expiry / count,
      "bytes in all": total(fresh) / count,
      "loads a second by one process": loads.perSecond,
      "us of the process for a load": loads.processUs,
      "us of the server for a load": loads.serverUs,
      "requests that load and save, a second": saves.perSecond,
      "us of the process for a request that loads and saves": saves.processUs,
      "us of the server for a request that loads and saves": saves.serverUs,
      "bytes of write-ahead log for each save": log / (STATEMENTS / 2),
      "expired rows deleted a second": cleared / clearing,
    },
  };
}

/** A batch of rows as new sessions would insert them. */
async function newRows(data: object) {
  const rows: SessionRow[] = [];
  const insert = async (row: SessionRow) => rows.push(row) > 0;
  // Saved in the last week: times that are alike would take less space in their index.
  const now = () => new Date(Date.now() - Math.random() * WEEK_MS);
  const sessions = createSessions({ store: { ...memoryStore(), insert }, secret: SECRET, now });
  const keys: string[] = [];
  for (let i = 0; i < ROWS_PER_INSERT; i++) {
    const session = sessions.open();
    await session.markAuthenticated(data);
    keys.push(String(session.sessionKey));
  }
  return { rows, keys };
}

interface Bytes {
  readonly table: number;
  readonly key: number;
  readonly expiry: number;
}

async function bytes(client: Client): Promise<Bytes> {
  const { rows } = await client.query(
    `SELECT pg_table_size('session')::int AS table, pg_relation_size('session_pkey')::int AS key,
      pg_relation_size('session_expire_date_idx')::int AS expiry`,
  );
  return rows[0];
}

const total = ({ table, key, expiry }: Bytes) => table + key + expiry;

async function logPosition(client: Client): Promise<number> {
  const { rows } = await client.query("SELECT pg_current_wal_lsn() - '0/0' AS position");
  return Number(rows[0].position);
}

/** How often concurrent requests do it in a second, and the processor time of each in microseconds. */
async function run(client: Client, work: () => Promise<unknown>, times: number) {
  const visitor = Array.from({ length: times / REQUESTS }, () => work);
  const [server, began] = [await serverMicroseconds(client), process.cpuUsage()];
  const perSecond = 1_000_000 / (await concurrently(Array.from({ length: REQUESTS }, () => visitor)));
  const { user, system } = process.cpuUsage(began);
  return {
    perSecond,
    processUs: (user + system) / times,
    serverUs: ((await serverMicroseconds(client)) - server) / times,
  };
}
