import { Client } from "pg";
import { createSessions, memoryStore, type SessionRow } from "prisma-db-session";
import type { TestDatabase } from "../test/databases/types.ts";
import { KILOBYTE, SECRET } from "./kilobyte.ts";
import type { Result } from "./result.ts";
import { concurrently } from "./rounds.ts";

const ROWS = 100_000;
const ROWS_PER_INSERT = 500;
const REQUESTS = 32;
const STATEMENTS = 16_000;
const WEEK_MS = 604_800_000;

/** What a session holds: a signed-in user alone, and a user with a cart. */
const KINDS = { "a user": { userId: 4711 }, "1 KB": KILOBYTE };

/**
 * Measures on PostgreSQL what a plan of capacity needs: the bytes of a session in the table, in its
 * indexes and in the write-ahead log. It also measures the statements per second of one process.
 */
export async function benchCapacity(db: TestDatabase): Promise<Result[]> {
  const results: Result[] = [];
  const client = new Client({ connectionString: db.url });
  await client.connect();
  try {
    for (const [kind, data] of Object.entries(KINDS)) {
      await client.query("TRUNCATE session");
      results.push(await measure(db, client, kind, data));
    }
  } finally {
    await client.end();
  }
  return results;
}

async function measure(db: TestDatabase, client: Client, kind: string, data: object): Promise<Result> {
  const prisma = await db.connect({ logs: false });
  const { rows, keys } = await newRows(data);
  for (let i = 0; i < rows.length; i += ROWS_PER_INSERT) {
    await prisma.session.createMany({ data: rows.slice(i, i + ROWS_PER_INSERT) });
  }
  await client.query("VACUUM ANALYZE session");
  const fresh = await bytes(client);

  // Every save changes `expire_date`, which has an index. So each save writes a new row and new
  // entries of both indexes. The space of the old row and entries is free only after a VACUUM.
  const TENTH = "abs(hashtext(key)) % 10";
  for (let part = 0; part < 10; part++) {
    await client.query(
      `UPDATE session SET data = reverse(data), expire_date = expire_date + interval '1 hour' WHERE ${TENTH} = ${part}`,
    );
    await client.query(`UPDATE session SET data = reverse(data) WHERE ${TENTH} = ${part}`);
    await client.query("VACUUM session");
  }
  const used = await bytes(client);

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
  await second(load, STATEMENTS / 8);
  const loads = await second(load, STATEMENTS);
  const before = await logPosition(client);
  const saves = await second(save, STATEMENTS / 2);
  const log = (await logPosition(client)) - before;

  await client.query("UPDATE session SET expire_date = now() - interval '1 day'");
  await client.query("VACUUM ANALYZE session");
  const began = performance.now();
  const cleared = await sessions.clearExpired({ batchSize: 1000 });
  const clearing = (performance.now() - began) / 1000;
  return {
    what: `capacity: ${ROWS} sessions that hold ${kind}`,
    details: {
      "characters of data": rows[0]?.data.length ?? Number.NaN,
      "bytes of a session in the table": fresh.table / ROWS,
      "bytes in the primary key": fresh.key / ROWS,
      "bytes in the index of expire_date": fresh.expiry / ROWS,
      "bytes in all": total(fresh) / ROWS,
      "bytes in all, after each session was saved twice": total(used) / ROWS,
      "loads a second by one process": loads,
      "requests that load and save, a second": saves,
      "bytes of write-ahead log for each save": log / (STATEMENTS / 2),
      "expired rows deleted a second": cleared / clearing,
    },
  };
}

/** What saving new sessions would insert. */
async function newRows(data: object) {
  const rows: SessionRow[] = [];
  const insert = async (row: SessionRow) => rows.push(row) > 0;
  // Saved in the last week: times that are alike would take less space in their index.
  const now = () => new Date(Date.now() - Math.random() * WEEK_MS);
  const sessions = createSessions({ store: { ...memoryStore(), insert }, secret: SECRET, now });
  const keys: string[] = [];
  for (let i = 0; i < ROWS; i++) {
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

/** How often it is done in a second by concurrent requests. */
async function second(work: () => Promise<unknown>, times: number): Promise<number> {
  const visitor = Array.from({ length: times / REQUESTS }, () => work);
  return 1_000_000 / (await concurrently(Array.from({ length: REQUESTS }, () => visitor)));
}
