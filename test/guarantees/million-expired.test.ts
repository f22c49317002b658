import { setTimeout as wait } from "node:timers/promises";
import { createSessions } from "prisma-db-session";
import { expect, it } from "vitest";
import { describeEachPrisma7Database } from "../databases/index.ts";
import { SECRET } from "../support.ts";
import type { Cleared, Job as ClearingJob } from "./clearing.worker.ts";
import { fillTable, liveKey } from "./full-table.ts";
import { report, scale } from "./scale.ts";
import { expectStrictMode } from "./strict-mode.ts";
import type { Phase, Traffic, Job as TrafficJob } from "./traffic.worker.ts";
import { WorkerProcess } from "./worker-process.ts";

const EXPIRED = scale({ test: 5000, prove: 1_000_000 });
const LIVE = scale({ test: 500, prove: 100_000 });
/** The default grows to it. */
const LARGEST_BATCH = 5000;
const SECONDS_TO_WARM_UP = scale({ test: 0.2, prove: 3 });
const SECONDS_BEFORE = scale({ test: 0.5, prove: 15 });
/** Far below what any of the databases can do, as traffic should be; see the quantiles in the report. */
const LOADS_PER_SECOND = 200;
const SAVES_PER_SECOND = 50;
/** What a process grows by until it collects its garbage; the rows alone would be 400. */
const MAX_GROWTH_MB = 200;

describeEachPrisma7Database(`${EXPIRED} expired rows among ${LIVE} live ones`, (db, { name, provider }) => {
  it("are cleared in bounded batches by one process, while another loads and saves", async () => {
    const { url, prisma } = db();
    await expectStrictMode(prisma, provider);
    await fillTable(prisma, provider, { live: LIVE, expired: EXPIRED });
    const cleaner = new WorkerProcess(new URL("clearing.worker.ts", import.meta.url), {
      provider,
      url,
      options: {},
    } satisfies ClearingJob);
    const traffic = new WorkerProcess(new URL("traffic.worker.ts", import.meta.url), {
      provider,
      url,
      live: LIVE,
      loadsPerSecond: LOADS_PER_SECOND,
      savesPerSecond: SAVES_PER_SECOND,
    } satisfies TrafficJob);
    expect(await cleaner.next()).toBe("ready");
    expect(await traffic.next()).toBe("running");
    await wait(SECONDS_TO_WARM_UP * 1000);

    traffic.send("measure");
    await wait(SECONDS_BEFORE * 1000);
    traffic.send("next");
    const before = await traffic.next<Phase>();
    cleaner.send("clear");
    const cleared = await cleaner.next<Cleared>();
    traffic.send("stop");
    const during = await traffic.next<Phase>();
    const { errors, saved } = await traffic.next<Traffic>();

    for (const line of lines(cleared, before, during)) report(`${name}: ${line}`);
    expect(errors).toEqual([]);
    expect(cleared.deleted).toBe(EXPIRED);
    expect(Math.max(...cleared.batches)).toBeLessThanOrEqual(LARGEST_BATCH);
    expect(cleared.growth).toBeLessThan(MAX_GROWTH_MB);
    expect(await prisma.session.count()).toBe(LIVE);
    expect(await prisma.session.count({ where: { expireDate: { gt: new Date() } } })).toBe(LIVE);
    const { load } = createSessions({ model: prisma.session, secret: SECRET });
    expect(saved.length).toBeGreaterThan(0);
    for (const [index, data] of saved) expect((await load(liveKey(index))).toJSON()).toMatchObject(data);
  });
});

function* lines({ deleted, milliseconds, batches, growth }: Cleared, before: Phase, during: Phase): Generator<string> {
  const perSecond = Math.round((deleted / milliseconds) * 1000);
  yield `${perSecond} rows a second in ${batches.length} batches; the cleaner grew by ${growth.toFixed(0)} MB`;
  for (const [what, key] of [
    ["loads", "loads"],
    ["loads since due", "sinceDue"],
    ["saves", "saves"],
  ] as const) {
    const [a, b] = [before[key], during[key]];
    if (!a || !b) {
      yield `${a?.count ?? 0} + ${b?.count ?? 0} ${what}: too few to compare`;
      continue;
    }
    const each = (quantile: "p50" | "p99" | "max") => {
      const [from, to] = [a[quantile], b[quantile]];
      return `${quantile} ${from.toFixed(1)} -> ${to.toFixed(1)} ms (x ${(to / from).toFixed(2)})`;
    };
    yield `${a.count} + ${b.count} ${what}: ${(["p50", "p99", "max"] as const).map(each).join(", ")}`;
  }
}
