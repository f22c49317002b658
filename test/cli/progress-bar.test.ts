import { expect, it } from "vitest";
import { progressBar } from "../../src/cli/clear-expired/progress-bar.ts";

function draw(total: number, steps: readonly number[], columns?: number) {
  let written = "";
  const bar = progressBar({ write: (text) => (written += text), ...(columns !== undefined && { columns }) }, total);
  for (const done of steps) bar.draw(done);
  return { bar, lines: () => written.split("\r").slice(1) };
}

it("draws how far it has come, each time over the last", () => {
  const { lines } = draw(1000, [250, 1000]);
  expect(lines()).toEqual([
    "[########----------------------] 25 % (250 of 1000)",
    "[##############################] 100 % (1000 of 1000)",
  ]);
});

it("never says more than all", () => {
  expect(draw(10, [11]).lines()).toEqual(["[##############################] 100 % (11 of 10)"]);
});

it("fits into a narrow terminal, and does without a bar where there is no room for one", () => {
  expect(draw(1000, [500], 30).lines()).toEqual(["[####----] 50 % (500 of 1000)"]);
  expect(draw(1000, [500], 20).lines()).toEqual(["50 % (500 of 1000)"]);
});

it("leaves an empty line, and nothing where nothing was drawn", () => {
  const { bar, lines } = draw(100, [50], 20);
  bar.clear();
  expect(lines()).toEqual(["50 % (50 of 100)", " ".repeat(16), ""]);
  const { bar: unused, lines: none } = draw(100, []);
  unused.clear();
  expect(none()).toEqual([]);
});
