import { readFile } from "node:fs/promises";
import { NIST_AAL1, NIST_AAL2, NIST_AAL3 } from "prisma-db-session";
import { describe, expect, it } from "vitest";
import { root } from "./code-blocks.ts";
import { REQUIREMENTS, STOPPED, TESTS } from "./security-claims.ts";

/** What stands before the title of a test: `it(`, or nothing if the title has a line of its own. */
const CALL = /^\s*((describe|it)\b.*|\]?\))?\(?$/;

const page = await readFile(`${root}docs/security.md`, "utf8");
const requirements = await readFile(`${root}docs/security-requirements.md`, "utf8");

/** The rows of the table under a heading, without its head. */
function rowsOf(text: string, heading: string): string[][] {
  const section = text.split(`\n## ${heading}\n`)[1]?.split("\n## ")[0] ?? "";
  const rows = section.split("\n").filter((line) => line.startsWith("| "));
  return rows.slice(1).map((row) =>
    row
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

const idOf = (requirement = "") => requirement.split(/[ :]/)[0] ?? "";

describe("the tests that the security pages rest on", () => {
  it.each(Object.entries(TESTS))("are there: %s", async (_, [file, title]) => {
    const source = await readFile(`${root}test/${file}`, "utf8");
    const literals = ['"', "'", "`"].map((quote) => quote + title);
    const isTitle = source
      .split("\n")
      .some((line) => literals.some((each) => CALL.test(line.split(each)[0] ?? "") && line.includes(each)));
    expect(isTitle, `"${title}" in test/${file}`).toBe(true);
  });

  it("are all needed", () => {
    const used = [STOPPED, ...Object.values(REQUIREMENTS)].flatMap((lines) => Object.values(lines).flat());
    expect(new Set(used)).toEqual(new Set(Object.keys(TESTS)));
  });
});

describe("docs/security.md", () => {
  it("says of each attempt what stops it, and tests hold each", () => {
    const rows = rowsOf(page, "What an attacker can try");
    expect(rows.map(([, attempt]) => attempt)).toEqual(Object.keys(STOPPED));
    for (const [, attempt = "", stop] of rows) {
      expect(stop, attempt).not.toBe("");
      expect(STOPPED[attempt]?.length, attempt).toBeGreaterThan(0);
    }
  });

  it("shows the lifetimes of the presets", () => {
    const units = { day: 86_400, hour: 3600, minute: 60 } as const;
    const seconds = (cell = "") => {
      const [, count, unit = ""] = /^(\d+) (day|hour|minute)s?$/.exec(cell) ?? [];
      return count === undefined ? undefined : Number(count) * units[unit as keyof typeof units];
    };
    const shown = rowsOf(page, "Lifetimes by NIST's levels").map(([name, maxAge, absolute, refresh, close]) => [
      name,
      { maxAge: seconds(maxAge), absoluteMaxAge: seconds(absolute), refreshAfter: seconds(refresh), close },
    ]);
    const presets = { NIST_AAL1, NIST_AAL2, NIST_AAL3 };
    expect(shown).toEqual(
      Object.entries(presets).map(([name, preset]) => [
        `\`${name}\``,
        {
          maxAge: preset.maxAge,
          absoluteMaxAge: preset.absoluteMaxAge,
          refreshAfter: "refreshAfter" in preset ? preset.refreshAfter : undefined,
          close: `\`${preset.expireAtBrowserClose}\``,
        },
      ]),
    );
  });
});

describe.each(Object.entries(REQUIREMENTS))("docs/security-requirements.md on %s", (heading, lines) => {
  it("has a line for each requirement", () => {
    expect(rowsOf(requirements, heading).map(([what]) => idOf(what))).toEqual(Object.keys(lines));
  });

  it("says of each who does it and how, and a test holds what the package does", () => {
    for (const [what, who = "", how = ""] of rowsOf(requirements, heading)) {
      expect(["package", "you", "package, you", "out of scope"], what).toContain(who);
      expect(how, what).not.toBe("");
      const isElsewhere = /^as (ASVS )?\d/.test(how);
      if (who.startsWith("package") && !isElsewhere) expect(lines[idOf(what)]?.length, what).toBeGreaterThan(0);
    }
  });
});

it("docs/security-requirements.md refers to lines that are there", () => {
  const referred = [...requirements.matchAll(/\bas (?:ASVS )?(5\.0|4\.0) ([\d.]+\d)/gi)];
  expect(referred.length).toBeGreaterThan(20);
  for (const [, version, id = ""] of referred) {
    expect(Object.keys(REQUIREMENTS[`OWASP ASVS ${version}`] ?? {}), id).toContain(id);
  }
});
