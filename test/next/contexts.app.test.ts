import { describe, expect, it } from "vitest";
import { checkTests } from "./check-tests.ts";
import { contextTests, lines } from "./context-tests.ts";
import { CONTEXTS, DEEDS } from "./fixtures/scenes.ts";
import { targets } from "./fixtures/targets.ts";
import { plainHttpTests } from "./plain-http-tests.ts";

describe("the tables of contexts.md", () => {
  it("have each place and each deed that the fixture apps know, and no line twice", () => {
    expect(new Set(lines.map(({ where }) => where))).toEqual(new Set(Object.keys(CONTEXTS)));
    expect(new Set(lines.map(({ what }) => what))).toEqual(new Set(Object.keys(DEEDS)));
    expect(new Set(lines.map(({ where, what }) => `${where}: ${what}`)).size).toBe(lines.length);
    expect(lines.length).toBeGreaterThan(30);
  });
});

for (const [place, target] of targets.entries()) contextTests(target, targets[place + 1]);
for (const target of targets.filter(({ isCached }) => !isCached)) {
  checkTests(target);
  plainHttpTests(target);
}
