import { expect, it } from "vitest";
import { reasonIn, skippedBecause } from "./skipped.ts";
import { skipLines } from "./summary-reporter.ts";

it("says for each reason how many tests are skipped, and in which files", () => {
  const reason = "No server. Start one";
  const skips = [
    { file: "a.test.ts", reason },
    { file: "a.test.ts", reason },
    { file: "b.test.ts", reason },
    { file: "b.test.ts", reason: "No browser." },
  ];
  expect([...skipLines(skips)]).toEqual([
    "Skipped 3 tests: No server. Start one.",
    "  in a.test.ts, b.test.ts",
    "Skipped 1 test: No browser.",
    "  in b.test.ts",
  ]);
});

it("finds the reason at the end of a title, also of the suite around a test", () => {
  const title = `works${skippedBecause("no server (npm has none)")}`;
  expect(reasonIn(title)).toBe("no server (npm has none)");
  expect(reasonIn(`${title} > also twice (2)`)).toBe("no server (npm has none)");
  expect(reasonIn(`works${skippedBecause(undefined)}`)).toBeUndefined();
});
