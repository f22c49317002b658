import { setTimeout as wait } from "node:timers/promises";
import { createSessions } from "prisma-db-session";
import { expect, it, onTestFinished } from "vitest";
import { createSqlite } from "../databases/create.ts";
import { SECRET } from "../support.ts";
import type { Job, Saved } from "./killed-process.worker.ts";
import { report, scale } from "./scale.ts";
import { SEED, seededRandom } from "./seeded-random.ts";
import { WorkerProcess } from "./worker-process.ts";

const KILLS = scale({ test: 1, prove: 10 });
const MIN_SAVES = 20;
const MAX_SAVES = scale({ test: 100, prove: 500 });
const MAX_WAIT_MS = 50;
const SESSIONS = 4;
const NUMBERS_OF_EACH_LIFE = 1_000_000;

it("A process that is killed while it saves to SQLite has saved what it said, and nothing by halves", async () => {
  const { url, prisma, connect, drop } = await createSqlite();
  onTestFinished(drop);
  const random = seededRandom(SEED);
  const sessions = createSessions({ model: prisma.session, secret: SECRET });
  const sessionKeys = await Promise.all(
    Array.from({ length: SESSIONS }, async () => {
      const session = sessions.open();
      await session.create();
      return session.sessionKey ?? "";
    }),
  );
  await prisma.$disconnect();

  const saved: Saved[] = [];
  for (let kills = 0; kills < KILLS; kills++) {
    const job: Job = { url, sessionKeys, actorsOfEach: 3, first: 1 + kills * NUMBERS_OF_EACH_LIFE };
    const worker = new WorkerProcess(new URL("killed-process.worker.ts", import.meta.url), job);
    for (let left = MIN_SAVES + random.below(MAX_SAVES); left > 0; left--) saved.push(await worker.next<Saved>());
    // Right after it told of one save it would always be at the beginning of the next.
    await wait(random.below(MAX_WAIT_MS));
    await worker.stop();
    for await (const more of rest(worker)) saved.push(more);
  }

  const anew = await connect();
  const { load } = createSessions({ model: anew.session, secret: SECRET });
  const rows = new Map<string, Record<string, unknown>>();
  for (const key of sessionKeys) rows.set(key, (await load(key)).toJSON());
  const lost = saved.filter(({ sessionKey, number }) => {
    const data = rows.get(sessionKey) ?? {};
    return data[`a${number}`] !== number || data[`b${number}`] !== number;
  });
  const halves = [...rows.values()].flatMap((data) =>
    Object.keys(data).filter((key) => !(key.replace(/^./, (letter) => (letter === "a" ? "b" : "a")) in data)),
  );
  const found = [...rows.values()].reduce((sum, data) => sum + Object.keys(data).length / 2, 0);
  report(`SQLite, killed ${KILLS} times, seed ${SEED}: ${saved.length} saves acknowledged, ${found} found`);
  expect({ lost, halves }, `with SEED=${SEED}`).toEqual({ lost: [], halves: [] });
  expect(await anew.$queryRawUnsafe("PRAGMA integrity_check")).toEqual([{ integrity_check: "ok" }]);
  expect(await anew.session.count()).toBe(SESSIONS);
});

/** What it has told besides, before it was killed. */
async function* rest(worker: WorkerProcess): AsyncGenerator<Saved> {
  try {
    for (;;) yield await worker.next<Saved>();
  } catch {
    // That was the last one.
  }
}
