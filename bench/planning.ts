import { Client } from "pg";
import { createSessions } from "prisma-db-session";
import type { TestDatabase } from "../test/databases/types.ts";
import { GUARD_LENGTH, SECRET, savedKilobyte } from "./kilobyte.ts";
import { quantile } from "./peers/statistics.ts";
import type { Result } from "./result.ts";

const SESSIONS = 2000;
const PLANS = 400;

/** The recipe of docs/costs.md. The change to the same type removes the statistics that there are. */
const RECIPE = 'ALTER TABLE "session" ALTER COLUMN "data" SET STATISTICS 0, ALTER COLUMN "data" TYPE TEXT';

/** How long PostgreSQL plans the `UPDATE` of a save, with statistics of `data` and without. */
export async function benchPlanning(db: TestDatabase): Promise<Result> {
  const sessions = createSessions({ model: db.prisma.session, secret: SECRET });
  for (let i = 0; i < SESSIONS; i++) await savedKilobyte(sessions);
  const client = new Client({ connectionString: db.url });
  await client.connect();
  try {
    await client.query("ALTER TABLE session ALTER COLUMN data SET STATISTICS -1");
    await client.query("ANALYZE session");
    const before = await planningUs(client);
    await client.query(RECIPE);
    await client.query("ANALYZE session");
    const after = await planningUs(client);
    return {
      what: "planning of a save without statistics of data / with them",
      ratio: after / before,
      details: { "us to plan a save, with statistics of data": before, "us without": after },
    };
  } finally {
    await client.end();
  }
}

async function planningUs(client: Client): Promise<number> {
  const { rows } = await client.query("SELECT key, data FROM session LIMIT 1");
  const [{ key, data }] = rows;
  const microseconds: number[] = [];
  for (let i = 0; i < PLANS; i++) {
    const { rows } = await client.query(
      `EXPLAIN (SUMMARY, FORMAT JSON) UPDATE session SET data = '${data}', expire_date = now()
       WHERE key = '${key}' AND expire_date > now() AND data LIKE '${data.slice(0, GUARD_LENGTH)}%'`,
    );
    microseconds.push(rows[0]["QUERY PLAN"][0]["Planning Time"] * 1000);
  }
  return quantile(microseconds, 0.5);
}
