import { readdir, readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { formatJson } from "../../bench/peers/format-json.ts";
import { render } from "../../bench/peers/render.ts";
import type { PeersResult } from "../../bench/peers/result.ts";
import { quantile, summarize } from "../../bench/peers/statistics.ts";
import { interleave } from "../../bench/rounds.ts";
import { root } from "../docs/code-blocks.ts";

const RESULT: PeersResult = {
  date: "2026-02-03",
  isTrial: false,
  minutes: 4,
  machine: { cpu: "A <fast> CPU", cores: 2, memoryGb: 8, system: "linux x64", node: "20.20.2", postgresql: "18.4" },
  versions: { next: "16.4.5" },
  skipped: [{ peer: "prisma-db-session, Prisma 8", reason: "Prisma 8 is not installed" }],
  operations: [
    { operation: "request", concurrent: 32, peer: "prisma-db-session", us: [300, 100, 200] },
    { operation: "request", concurrent: 32, peer: "pg", us: [100, 50, 80] },
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

  it("let each round begin with another candidate, and drop the rounds that warm up", async () => {
    const order: string[] = [];
    const measured = await interleave(["a", "b"], { warmUp: 1, rounds: 2 }, async (name) => order.push(name));
    expect(order.join("")).toBe("abbaab");
    expect(measured).toEqual({ a: [4, 5], b: [3, 6] });
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
    expect(markdown).toContain("| prisma-db-session |  |  |  | 200 (150–250) |  |  |");
    expect(markdown).toContain("| pg |  |  |  |  |  |  |  | 2.50 |");
    expect(markdown).toContain("| prisma-db-session | 1,100/s, 25 and 80 ms |");
    expect(markdown).toContain("| prisma-db-session | 100 % |");
    expect(markdown).toContain("Prisma 8 is not installed.");
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
