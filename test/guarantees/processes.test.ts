import { createSessions } from "prisma-db-session";
import { expect, it } from "vitest";
import { describeEachDatabase } from "../databases/index.ts";
import { SECRET } from "../support.ts";
import type { Job, Outcome } from "./processes.worker.ts";
import { report } from "./scale.ts";
import { expectStrictMode } from "./strict-mode.ts";
import { WorkerProcess } from "./worker-process.ts";

const PROCESSES = 4;
const REQUESTS = 50;
const WORKER = new URL("processes.worker.ts", import.meta.url);

describeEachDatabase(`${PROCESSES * REQUESTS} requests of ${PROCESSES} processes`, (db, { name, prisma, provider }) => {
  it("add a key each to one session at once, and none is lost", async () => {
    await expectStrictMode(db().prisma, provider);
    const sessions = createSessions({ store: db().store(), secret: SECRET });
    const session = sessions.open();
    session.set("before", true);
    await session.save();

    const jobs = Array.from({ length: PROCESSES }, (_, process) => ({
      prisma,
      provider,
      url: db().url,
      sessionKey: session.sessionKey as string,
      keys: Array.from({ length: REQUESTS }, (_, request) => `${process}-${request}`),
    })) satisfies Job[];
    const workers = jobs.map((job) => new WorkerProcess(WORKER, job));
    // All of them have read the session before the first one saves.
    for (const worker of workers) expect(await worker.next()).toBe("loaded");
    for (const worker of workers) worker.send("save");
    const outcomes = await Promise.all(workers.map((worker) => worker.next<Outcome>()));

    report(`${name}: ${summary(outcomes)}`);
    expect(outcomes.flatMap(({ errors }) => errors)).toEqual([]);
    const keys = jobs.flatMap((job) => job.keys);
    expect((await sessions.load(session.sessionKey)).toJSON()).toEqual({
      before: true,
      ...Object.fromEntries(keys.map((key) => [key, key])),
    });
  });
});

function summary(outcomes: readonly Outcome[]): string {
  const statements = outcomes.reduce((sum, outcome) => sum + outcome.statements, 0) / (PROCESSES * REQUESTS);
  const attempts = Math.max(0, ...outcomes.flatMap(({ merges }) => merges)) + 1;
  const seconds = Math.max(...outcomes.map(({ milliseconds }) => milliseconds)) / 1000;
  return `${statements.toFixed(1)} statements a save, at most ${attempts} attempts, ${seconds.toFixed(2)} s`;
}
