import { afterEach, describe, expect, it } from "vitest";
import { sqlite } from "../databases/sqlite.ts";
import type { TestDatabase } from "../databases/types.ts";
import type { Job, Reading, Work } from "./memory.worker.ts";
import { report, scale } from "./scale.ts";
import { WorkerProcess } from "./worker-process.ts";

const READINGS = 6;
const MAX_GROWTH_MB = 5;

describe("Nothing piles up over a mix of all that requests do, and of what goes wrong", () => {
  let db: TestDatabase | undefined;
  afterEach(async () => {
    await db?.drop();
    db = undefined;
  });

  it("in memory", async () => {
    const operations = scale({ test: 20_000, prove: 1_000_000 });
    const { megabytes, ...others } = left(await work(operations, { countsPromises: false }));
    expect(megabytes).toBeLessThan(MAX_GROWTH_MB);
    expect(others).toEqual({ resources: 0, listeners: 0, promises: 0 });
  });

  it("on SQLite", async () => {
    db = await sqlite.create();
    const operations = scale({ test: 500, prove: 50_000 });
    const { megabytes, ...others } = left(await work(operations, { countsPromises: false, url: db.url }));
    expect(megabytes).toBeLessThan(MAX_GROWTH_MB);
    expect(others).toEqual({ resources: 0, listeners: 0, promises: 0 });
  });

  it("no promise that waits for ever either", async () => {
    const operations = scale({ test: 5000, prove: 50_000 });
    expect(left(await work(operations, { countsPromises: true })).promises).toBe(0);
  });

  it("and would be seen if it did", async () => {
    const { megabytes, ...others } = left(await work(10_000, { countsPromises: true, leaks: true }));
    expect(megabytes).toBeGreaterThan(MAX_GROWTH_MB);
    for (const count of Object.values(others)) expect(count).toBeGreaterThan(1000);
  });
});

async function work(operations: number, job: Omit<Job, "operations" | "readings">): Promise<Work> {
  const file = new URL("memory.worker.ts", import.meta.url);
  const worker = new WorkerProcess(file, { ...job, operations: operations / READINGS, readings: READINGS }, [
    "--expose-gc",
  ]);
  const done = await worker.next<Work>();
  report(`${operations} operations ${job.url ? "on SQLite" : "in memory"}: ${summary(done)}`);
  return done;
}

/** What was left behind between the first reading and the last. */
function left({ readings }: Work) {
  const [first, last] = [readings[0], readings.at(-1)] as [Reading, Reading];
  return {
    megabytes: last.heap - first.heap,
    resources: last.resources.length - first.resources.length,
    listeners: last.listeners - first.listeners,
    promises: last.promises - first.promises,
  };
}

function summary({ readings, counts }: Work): string {
  const series = (of: "heap" | "resident") => readings.map((reading) => reading[of].toFixed(1)).join(" ");
  const whats = Object.entries(counts).map(([what, count]) => `${what} ${count}`);
  return `heap ${series("heap")} MB, resident ${series("resident")} MB; ${whats.join(", ")}`;
}
