import { expect, it } from "vitest";
import { describeEachPrisma7OwnedDatabase } from "../databases/index.ts";
import { insert, runOn } from "./sessions-support.ts";

describeEachPrisma7OwnedDatabase("stats", (db) => {
  it("counts and measures", async () => {
    await insert(db(), [
      { key: "gone", expiresIn: -48, data: "x".repeat(900) },
      ...Array.from({ length: 98 }, (_, i) => ({ key: `small${i}`, data: "x".repeat(10) })),
      { key: "middle", data: "é".repeat(20), expiresIn: 5 },
      { key: "large", data: "x".repeat(500) },
    ]);
    expect(await runOn(db(), ["stats"])).toEqual({
      exitCode: 0,
      stdout: [
        "live sessions    100",
        "expired rows     1",
        "earliest expiry  2039-12-30T00:00:00.000Z",
        "latest expiry    2040-01-01T05:00:00.000Z",
        "bytes of data    median 10, 95 % up to 10, largest 500",
        "measured         every live session\n",
      ].join("\n"),
      stderr: "",
      exits: [],
    });
    expect(JSON.parse((await runOn(db(), ["stats", "--json"])).stdout)).toEqual({
      live: 100,
      expired: 1,
      earliestExpiry: "2039-12-30T00:00:00.000Z",
      latestExpiry: "2040-01-01T05:00:00.000Z",
      bytes: { sessions: 100, median: 10, p95: 10, max: 500 },
    });
  });

  it("measures a thousand random sessions of a larger table", async () => {
    await insert(
      db(),
      Array.from({ length: 1200 }, (_, i) => ({ key: `k${i}`, data: "x".repeat(7) })),
    );
    const { stdout } = await runOn(db(), ["stats"]);
    expect(stdout).toContain("live sessions    1200\n");
    expect(stdout).toContain("measured         1000 random live sessions\n");
  });

  it("has nothing to measure in an empty table", async () => {
    const { exitCode, stdout } = await runOn(db(), ["stats", "--json"]);
    expect(exitCode).toBe(0);
    expect(stdout).toBe('{"live":0,"expired":0,"earliestExpiry":null,"latestExpiry":null,"bytes":null}\n');
    expect((await runOn(db(), ["stats"])).stdout).toBe("live sessions    0\nexpired rows     0\n");
  });
});
