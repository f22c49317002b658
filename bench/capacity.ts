import { randomBytes } from "node:crypto";
import { Client } from "pg";
import { createSessions, memoryStore, type SessionRow } from "prisma-db-session";
import type { TestDatabase } from "../test/databases/types.ts";
import { KILOBYTE, SECRET, WRITES_IN_LOG } from "./kilobyte.ts";
import type { Result } from "./result.ts";
import { concurrently } from "./rounds.ts";
import { serverMicroseconds } from "./server-cpu.ts";

const ROWS_PER_INSERT = 500;
const REQUESTS = 32;
const STATEMENTS = 16_000;
const WEEK_MS = 604_800_000;

/** What a session holds: a signed-in user alone, a user with a cart, or a long text that does not compress. */
const USER = { userId: 4711 };
const LONG = { userId: 4711, text: randomBytes(6000).toString("base64") };

/** The tables that are measured. The one of a million sessions checks the model that the first ones give. */
const TABLES = [
  { holds: "a user", data: USER, count: 100_000 },
  { holds: "1 KB", data: KILOBYTE, count: 100_000 },
  { holds: "8 KB", data: LONG, count: 20_000 },
  { holds: "a user", data: USER, count: 1_000_000 },
];

/** A session is used and saved for two weeks, and then expires two weeks after its last save. */
const SAVES_IN_A_LIFE = 28;
/** The parts of two weeks. In each part, a tenth of the sessions in use is saved. */
const FORTNIGHT_STEPS = 280;
/** Autovacuum starts when a fifth of the rows has changed; in a step, a twentieth changes. */
const STEPS_OF_A_VACUUM = 4;

/**
 * Measures on PostgreSQL what a plan of capacity needs: the bytes of a session in the table, in its
 * indexes and in the write-ahead log, the processor time of a load and a save, and the clearing.
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
  let dataBytes = 0;
  while (keys.length < count) {
    const batch = await newRows(data);
    await prisma.session.createMany({ data: batch.rows });
    keys.push(...batch.keys);
    dataBytes = Buffer.byteLength(batch.rows[0]?.data ?? "");
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

  // A save of 8 KB writes the whole text again, which SQL that moves the expiry would not.
  const aged = data === LONG || count > 100_000 ? undefined : await saveForALife(client);
  await client.query("UPDATE session SET expire_date = expire_date - interval '2 years'");
  await client.query("VACUUM ANALYZE session");
  const began = performance.now();
  const cleared = await sessions.clearExpired();
  const clearing = (performance.now() - began) / 1000;
  return {
    what: `capacity: ${count} sessions that hold ${holds}`,
    details: {
      "bytes of data": dataBytes,
      "bytes of a session in the table": fresh.table / count,
      "bytes in the primary key": fresh.key / count,
      "bytes in the index of expire_date": fresh.expiry / count,
      "bytes in all": total(fresh) / count,
      ...(aged && {
        "bytes in the table after weeks of saves": aged.table / count,
        "bytes in the primary key after weeks of saves": aged.key / count,
        "bytes in the index of expire_date after weeks of saves": aged.expiry / count,
      }),
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

/**
 * Saves the sessions as the visits of four weeks would, and vacuums as autovacuum would. At each time
 * half of the sessions are in use. Those of the other half wait for their expiry, and then stand for
 * new ones. In SQL, because the package would take an hour. Then measures the bytes.
 */
async function saveForALife(client: Client): Promise<Bytes> {
  const steps = 2 * FORTNIGHT_STEPS;
  for (let step = 1; step <= steps; step++) {
    await client.query(
      `UPDATE session SET expire_date = now() + interval '1 year' + interval '28 days' * (${step} + random()) / ${steps}
       WHERE hashtextextended(key, ${step}) % ${FORTNIGHT_STEPS / SAVES_IN_A_LIFE} = 0
         AND ((hashtextextended(key, 0) & 1023) * ${steps} / 1024 + ${step}) % ${steps} < ${FORTNIGHT_STEPS}`,
    );
    if (step % STEPS_OF_A_VACUUM === 0) await client.query("VACUUM session");
  }
  return bytes(client);
}

/** A batch of rows as saves would leave them, with as long a log as a session keeps. */
async function newRows(data: object) {
  const store = memoryStore();
  const keys: string[] = [];
  for (let i = 0; i < ROWS_PER_INSERT; i++) {
    // Saved in the last week: times that are alike would take less space in their index.
    const savedAt = new Date(Date.now() - Math.random() * WEEK_MS);
    const session = createSessions({ store, secret: SECRET, now: () => savedAt }).open();
    await session.markAuthenticated(data);
    for (let visits = 1; visits < WRITES_IN_LOG; visits++) {
      session.set("visits", visits);
      await session.save();
    }
    keys.push(String(session.sessionKey));
  }
  const rows = await store.findMatching({}, { withData: true });
  return { rows: rows.map(({ key, data = "", expireDate }): SessionRow => ({ key, data, expireDate })), keys };
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
