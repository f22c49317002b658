import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { expect, it } from "vitest";
import { projectWithPackage } from "../packed-package.ts";

/** All files that an entry of package.json leads to, whatever the conditions. */
const filesOf = (entry: unknown): string[] =>
  typeof entry === "string" ? [entry] : Object.values(entry as object).flatMap(filesOf);

/** The code that an importer of a file gets: the file, and every file of the package that it imports. */
async function codeFrom(file: string, seen = new Map<string, string>()): Promise<Map<string, string>> {
  if (seen.has(file)) return seen;
  const code = await readFile(file, "utf8");
  seen.set(file, code);
  for (const [, path = ""] of code.matchAll(/(?:from|import|import\()\s*"(\.[^"$]+)"/g)) {
    await codeFrom(join(dirname(file), path), seen);
  }
  return seen;
}

it("no entry of the packed package but ./testing has the helpers that sign in without a password", async () => {
  const { installed } = await projectWithPackage();
  const { exports, bin } = JSON.parse(await readFile(`${installed}/package.json`, "utf8"));
  const helpers = /signedInCookie|createTestBrowser|storeConformanceTests/;
  const scripts = (entry: unknown) => filesOf(entry).filter((file) => file.endsWith(".js"));

  const { "./testing": testing, ...others } = exports as Record<string, unknown>;
  const all = [...Object.values(others), bin].flatMap(scripts);
  expect(all.length).toBeGreaterThanOrEqual(5);
  for (const entry of all) {
    const code = await codeFrom(join(installed, entry));
    const withHelpers = [...code].filter(([, text]) => helpers.test(text.replace(/\/\*[\s\S]*?\*\//g, "")));
    expect(
      withHelpers.map(([file]) => file),
      entry,
    ).toEqual([]);
  }
  const own = await Promise.all(scripts(testing).map((entry) => codeFrom(join(installed, entry))));
  expect(own.flatMap((code) => [...code.values()]).join(), "what is looked for is there").toMatch(helpers);
}, 60_000);
