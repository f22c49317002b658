import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { root } from "./code-blocks.ts";

/** What docs/security.md must have a line for, by the heading of its table. */
const REQUIREMENTS: Record<string, string> = {
  "OWASP ASVS 5.0":
    "3.3.1 3.3.2 3.3.3 3.3.4 3.3.5 7.1.1 7.1.2 7.1.3 7.2.1 7.2.2 7.2.3 7.2.4 7.3.1 7.3.2 7.4.1 7.4.2 7.4.3 7.4.4 7.4.5 7.5.1 7.5.2 7.5.3 7.6.1 7.6.2 14.2.1 14.2.2 14.2.7 14.3.1 14.3.2",
  "OWASP ASVS 4.0": "3.1.1 3.2.1 3.2.2 3.2.4 3.3.1 3.3.2 3.3.3 3.3.4 3.4.1 3.4.2 3.4.3 3.4.4 3.4.5 3.7.1",
  "OWASP session management cheat sheet":
    "CS-Entropy CS-Name CS-Content CS-Strict CS-Input CS-Renew CS-Mixed CS-Secure CS-HttpOnly CS-SameSite CS-Prefix CS-Domain/Path CS-Idle CS-Absolute CS-Renewal CS-Expiration CS-Simultaneous CS-Storage CS-Cache CS-ClearSiteData CS-Logging CS-Guessing CS-Binding CS-Reauth",
  "NIST SP 800-63B, revision 3": "4.1.3 4.2.3 4.3.3 7.1 7.1(2) 7.1(3) 7.1.1(1) 7.1.1(2) 7.1.1(3) 7.1.1(4) 7.2 7.1.1",
};

/** What stands before the title of a test: `it(`, or nothing where it has a line of its own. */
const CALL = /^\s*((describe|it)\b.*|\]?\))?\(?$/;

const text = await readFile(`${root}docs/security.md`, "utf8");

/** The rows of the table under a heading, without its head. */
function rowsOf(heading: string): string[][] {
  const section = text.split(`\n### ${heading}\n`)[1]?.split(/\n##/)[0] ?? "";
  const rows = section.split("\n").filter((line) => line.startsWith("| "));
  return rows.slice(1).map((row) =>
    row
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

describe("docs/security.md", () => {
  const links = [...text.matchAll(/\[([^\]]+)\]\((\.\.\/test\/[^)]+\.test\.ts)\)/g)]
    .map(([, title = "", file = ""]) => ({ title, file: join("docs", file) }))
    .filter(({ title }) => title !== "a test");

  it("names many tests", () => {
    expect(links.length).toBeGreaterThan(50);
  });

  it("names tests that are there, by their titles or how those begin", async () => {
    for (const { title, file } of links) {
      const source = await readFile(root + file, "utf8");
      const literals = ['"', "'", "`"].map((quote) => quote + title);
      const isTitle = source
        .split("\n")
        .some((line) => literals.some((each) => CALL.test(line.split(each)[0] ?? "") && line.includes(each)));
      expect(isTitle, `"${title}" in ${file}`).toBe(true);
    }
  });

  it.each(Object.entries(REQUIREMENTS))("has a line for each requirement of %s", (heading, ids) => {
    expect(rowsOf(heading).map(([what = ""]) => what.split(/[ :]/)[0])).toEqual(ids.split(" "));
  });

  it.each(Object.keys(REQUIREMENTS))(
    "says of each of %s who does it and how, and where the package does, by which test",
    (heading) => {
      const rows = rowsOf(heading);
      for (const [what, who = "", how = "", test] of rows) {
        expect(["package", "you", "package, you", "out of scope"], what).toContain(who);
        expect(how, what).not.toBe("");
        if (test === undefined) expect(how, what).toMatch(/^(as 5\.0 \d|`\/`)/);
        else if (who.startsWith("package")) expect(test, what).toMatch(/\.test\.ts\)|^the same$/);
      }
    },
  );

  it("refers to lines that are there", () => {
    const referred = [...text.matchAll(/\bas (?:ASVS )?(5\.0|4\.0) ([\d.]+\d)/gi)];
    expect(referred.length).toBeGreaterThan(20);
    for (const [, version, id] of referred) expect(REQUIREMENTS[`OWASP ASVS ${version}`]?.split(" "), id).toContain(id);
  });
});
