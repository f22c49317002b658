import { describe, expect, it } from "vitest";
import { fateOfWrites, newWriteId, withWrite } from "../../src/record/write-log.ts";

/** A log after so many writes, whose ids are `w1`, `w2` and so on. */
const logAfter = (writes: number) => ({
  writes,
  ids: Array.from({ length: writes }, (_, i) => `w${i + 1}`).slice(-8),
});
const rowAfter = (writes: number, { data = `text ${writes}`, isLive = true, ids = logAfter(writes).ids } = {}) => ({
  data,
  isLive,
  metadata: { writes, ids },
});

describe("fateOfWrites", () => {
  const base = rowAfter(5);

  it.each([
    ["there is no row", ["mine"], undefined, "gone"],
    ["the row has the id", ["mine"], rowAfter(6, { ids: ["w5", "mine"] }), "applied"],
    ["the row has the id, and later writes", ["mine"], rowAfter(9, { ids: ["mine", "w7", "w8", "w9"] }), "applied"],
    ["the row has one of several ids", ["first", "second"], rowAfter(6, { ids: ["second"] }), "applied"],
    ["the row has the id and has expired", ["mine"], rowAfter(6, { ids: ["mine"], isLive: false }), "applied"],
    ["the row has expired without the id", ["mine"], rowAfter(5, { isLive: false }), "gone"],
    ["the row is unchanged", ["mine"], rowAfter(5), "unchanged"],
    ["another write came first", ["mine"], rowAfter(6), "superseded"],
    ["as many writes came as the log has ids", ["mine"], rowAfter(13), "superseded"],
    ["one write more came than the log has ids", ["mine"], rowAfter(14), "unknown"],
    ["the counter is that of the base, but the text is not", ["mine"], rowAfter(5, { data: "foreign" }), "unknown"],
    ["the counter is below that of the base", ["mine"], rowAfter(4), "unknown"],
    ["another program wrote the row without a log", ["mine"], rowAfter(0, { data: "foreign" }), "unknown"],
    ["the log is shorter than the gap", ["mine"], rowAfter(7, { ids: ["w7"] }), "unknown"],
    ["nothing is in doubt, and the row has changed", [], rowAfter(14), "superseded"],
    ["nothing is in doubt, and another program wrote the row", [], rowAfter(0, { data: "foreign" }), "superseded"],
    ["nothing is in doubt, and the row is unchanged", [], rowAfter(5), "unchanged"],
    ["nothing is in doubt, and the row has expired", [], rowAfter(6, { isLive: false }), "gone"],
  ])("%s", (_, ids, now, fate) => {
    expect(fateOfWrites(ids, base, now)).toBe(fate);
  });
});

describe("the log", () => {
  it("counts every write, and keeps the last 8 ids", () => {
    let log = { writes: 0, ids: [] as readonly string[] };
    for (let i = 1; i <= 10; i++) log = withWrite(log, `w${i}`) as typeof log;
    expect(log).toEqual(logAfter(10));
  });

  it("names each write by 10 characters of a-z and 0-9, never twice", () => {
    const ids = Array.from({ length: 1000 }, newWriteId);
    for (const id of ids) expect(id).toMatch(/^[a-z0-9]{10}$/);
    expect(new Set(ids).size).toBe(1000);
  });
});
