import { readdir, readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { formatJson } from "../../bench/peers/format-json.ts";
import { render } from "../../bench/peers/render.ts";
import type { PeersResult } from "../../bench/peers/result.ts";
import { quantile, summarize } from "../../bench/peers/statistics.ts";
import { concurrently, interleave } from "../../bench/rounds.ts";
import { root } from "../docs/code-blocks.ts";

const RESULT: PeersResult = {
  date: "2026-02-03",
  isTrial: false,
  minutes: 4,
  commit: "0123abcd",
  loadAverage: [0.25, 2],
  machine: {
    cpu: "A <fast> CPU",
    cores: 2,
    memoryGb: 8,
    system: "linux x64",
    node: "20.20.2",
    postgresql: "18.4",
    settings: { fsync: "on" },
  },
  versions: { next: "16.4.5" },
  skipped: [{ peer: "prisma-db-session, Prisma 8", reason: "Prisma 8 is not installed" }],
  operations: [
    { operation: "request", concurrent: 32, peer: "prisma-db-session", us: [300, 100, 200] },
    { operation: "request", concurrent: 32, peer: "pg", us: [100, 50, 80] },
    { operation: "request", concurrent: 32, peer: "Prisma 7", us: [125, 150, 100] },
    { operation: "request", concurrent: 32, peer: "Prisma 7, guarded", us: [165, 160, 150] },
    { operation: "request", concurrent: 32, peer: "connect-pg-simple", us: [200, 100, 100] },
  ],
  next: [
    {
      place: "handler reads",
      peer: "prisma-db-session",
      concurrent: 32,
      requestsPerSecond: [1000, 1200, 1100],
      p50: [20, 30, 25],
      p99: [90, 80, 70],
    },
  ],
  growth: {
    size: [
      { peer: "pg", bytes: 1024, us: [400] },
      { peer: "pg", bytes: 1_048_576, us: [40_000] },
    ],
    rows: [{ peer: "pg", rows: 1000, us: [400] }],
    writers: [{ peer: "prisma-db-session", writers: 64, us: [900], kept: [1] }],
  },
};
const PAGE = "before\n<!-- begin: npm run bench:peers -->\nold\n<!-- end: npm run bench:peers -->\nafter\n";

describe("the statistics of the benchmarks", () => {
  it("take a quantile between the two nearest numbers, in any order", () => {
    expect(quantile([4, 1, 3, 2], 0.5)).toBe(2.5);
    expect(quantile([10, 20], 0.99)).toBeCloseTo(19.9);
    expect(quantile([7], 0.99)).toBe(7);
  });

  it("have half of the rounds within the spread", () => {
    expect(summarize([5, 1, 2, 4, 3])).toEqual({ median: 3, low: 2, high: 4 });
  });

  it("shuffle the candidates of each round, the same way in each run, and drop the rounds that warm up", async () => {
    const run = async () => {
      const order: string[] = [];
      const measured = await interleave(["a", "b", "c"], { warmUp: 1, rounds: 6 }, async (name) => order.push(name));
      return { order: order.join(""), measured };
    };
    const { order, measured } = await run();
    const rounds = order.match(/.../g) ?? [];
    expect(rounds.map((round) => [...round].sort().join(""))).toEqual(Array(7).fill("abc"));
    expect(new Set(rounds).size).toBeGreaterThan(2);
    expect(
      Object.values(measured)
        .flat()
        .sort((a, b) => a - b),
    ).toEqual(Array.from({ length: 18 }, (_, i) => i + 4));
    expect((await run()).order).toBe(order);
  });

  it("let each work of concurrent visitors begin in a turn of its own", async () => {
    let [turns, works] = [0, 0];
    let batch: Promise<void> | undefined;
    // Like Prisma: calls of one turn share a statement.
    const batched = async () => {
      works++;
      batch ??= new Promise((resolve) => {
        process.nextTick(() => {
          turns++;
          batch = undefined;
          setImmediate(resolve);
        });
      });
      await batch;
    };
    const us = await concurrently(Array.from({ length: 8 }, () => Array.from({ length: 5 }, () => batched)));
    expect({ turns, works }).toEqual({ turns: 40, works: 40 });
    expect(us).toBeGreaterThan(0);
  });
});

describe("the results of the benchmarks", () => {
  it("are JSON with each list of numbers on one line, and four digits of each", () => {
    const text = formatJson({ list: [1.23456, 20_000, 0.001234567], name: "a" });
    expect(text).toBe('{\n  "list": [1.235, 20000, 0.001235],\n  "name": "a"\n}\n');
  });

  it("replace only the marked region of the page", () => {
    const { markdown } = render(RESULT, PAGE);
    expect(markdown).toMatch(/^before\n<!-- begin: .* -->\nThe command ran on 2026-02-03/);
    expect(markdown).toMatch(/<!-- end: .* -->\nafter\n$/);
    expect(markdown).not.toContain("old");
    expect(render(RESULT, markdown).markdown).toBe(markdown);
    expect(() => render(RESULT, "no region")).toThrow("docs/benchmarks.md has no region");
  });

  it("are tables of medians, spreads and ratios, with what was skipped", () => {
    const { markdown } = render(RESULT, PAGE);
    expect(markdown).toContain("| prisma-db-session |  |  |  |  | 200 (150–250) |  |  |");
    expect(markdown).toContain("| pg |  |  |  |  |  |  |  |  |  |  |  | 2.50 |  |  |");
    expect(markdown).toContain("| request | 32 | connect-pg-simple | 1.5 | 1.50 (1.25–1.75) | unclear |");
    expect(markdown).toContain("connect-pg-simple:\nPrisma 7 1.00; Prisma 7, guarded 1.50.\n");
    expect(markdown).toContain("| added by Prisma |  |  |  |  |  | 45 µs, 23 % |");
    expect(markdown).toContain("| added by the guard, in Prisma and PostgreSQL |  |  |  |  |  | 35 µs, 18 % |");
    expect(markdown).toContain("| added by this package |  |  |  |  |  | 40 µs, 20 % |");
    expect(markdown).toContain("| prisma-db-session | 1,100/s (1,050–1,150), 25 and 80 ms |");
    expect(markdown).toContain("\nprisma-db-session 100 %.");
    expect(markdown).toContain("Prisma 8 is not installed.");
  });

  it.each([
    ["met", 0.5],
    ["missed", 2],
  ])("tell a goal that is %s", (verdict, factor) => {
    const operations = RESULT.operations.map((one) =>
      one.peer === "prisma-db-session" ? { ...one, us: one.us.map((us) => us * factor) } : one,
    );
    expect(render({ ...RESULT, operations }, PAGE).markdown).toMatch(
      new RegExp(`^\\| request \\| 32 \\| connect-pg-simple \\| .* \\| ${verdict} \\|$`, "m"),
    );
  });

  it("say on what they were measured, and whether the machine was busy", () => {
    const { markdown } = render(RESULT, PAGE);
    expect(markdown).toContain("| load average | 0.25 at the start, at the end 2.00 |");
    expect(markdown).toContain("| PostgreSQL | 18.4, `fsync` = on |");
    expect(markdown).not.toContain("busy");
    const busy = render({ ...RESULT, loadAverage: [0.75, 2] }, PAGE);
    expect(busy.markdown).toContain("**The machine was busy when the run began (load average 0.75).**");
    expect(busy.plots["next.svg"]).toContain("On a busy machine!");
  });

  it.each(["concurrent", "alone", "next", "growth"])("are a plot with the machine and the date: %s.svg", (name) => {
    const svg = render(RESULT, PAGE).plots[`${name}.svg`] ?? "";
    expect(svg).toContain("2026-02-03, A &lt;fast> CPU, 2 cores, Node.js 20.20.2, PostgreSQL 18.4");
    expect(svg).toContain("prefers-color-scheme: dark");
    expect(svg).not.toMatch(/NaN|Infinity|undefined/);
  });
});

it("docs/benchmarks.md and its plots are those of the last results", async () => {
  const last = (await readdir(`${root}bench/peers/results`)).sort().at(-1);
  const result = JSON.parse(await readFile(`${root}bench/peers/results/${last}`, "utf8"));
  const page = await readFile(`${root}docs/benchmarks.md`, "utf8");
  const { plots, markdown } = render(result, page);
  expect(markdown).toBe(page);
  for (const [name, svg] of Object.entries(plots))
    expect(await readFile(`${root}docs/plots/${name}`, "utf8"), name).toBe(svg);
});
