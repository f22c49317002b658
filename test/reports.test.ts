import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { anchorsOf, root } from "./docs/code-blocks.ts";

/** A test is named by its file and a part of its title. The conformance suite is in src/testing/. */
const TEST = /`([\w./-]+\.ts)` "([^"]+)"/g;
const LINK = /\]\(([^)#]+)#([^)]+)\)/g;

it("reports.md names for each kind of fault a test or a paragraph that exists", async () => {
  const text = await readFile(`${root}test/reports.md`, "utf8");
  const rows = text.split("\n").filter((line) => /^\| (?!kind |---)/.test(line));
  expect(rows.length).toBeGreaterThan(35);
  for (const row of rows) {
    const [, kind = ""] = row.split("|");
    const tests = [...row.matchAll(TEST)];
    const links = [...row.matchAll(LINK)];
    expect(tests.length + links.length, kind).toBeGreaterThan(0);
    for (const [, file = "", title = ""] of tests) {
      const folder = /^testing\/[\w-]+-tests\.ts$/.test(file) ? "src" : "test";
      expect(await readFile(join(root, folder, file), "utf8"), file).toContain(title);
    }
    for (const [, file = "", anchor = ""] of links) {
      const document = await readFile(join(root, "test", file), "utf8");
      const anchors = anchorsOf(document);
      expect(anchors, `${file} of ${row}`).toContain(anchor);
    }
  }
});
