import { execFile } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { anchorsOf, codeBlocksOf, fileOf, root } from "./code-blocks.ts";
import { isCommandLine, isOption, publicNames } from "./public-names.ts";

const run = promisify(execFile);
const SKILL = "skills/prisma-db-session/SKILL.md";

const proseOf = async (document: string) =>
  (await readFile(root + document, "utf8")).replace(/^---\n.*?^---$/ms, "").replace(/^```.*?^```$/gms, "");

/** What stands in backticks. */
const codeIn = (text: string) => [...text.matchAll(/`([^`\n]+)`/g)].map(([, code = ""]) => code);

/** The cells of this package: the last of each row of the tables under a heading that names it. */
function lastCells(text: string): string {
  const tables = text.split(/\n\n/).filter((part) => /^\|.*\| (here|prisma-db-session) \|$/m.test(part));
  const rows = tables.flatMap((table) => table.split("\n").slice(2));
  return rows.map((row) => row.split(" | ").at(-1)).join("\n");
}

/** Names in code: of a call, an option, a property of the session or its owner, and a name that stands alone. */
function namesIn(code: string): string[] {
  const isCommandOrPath = /^(npx|npm|openssl) |^[\w.-]+\/[\w./-]+$/.test(code);
  if (isCommandOrPath) return [];
  const text = code.replace(/"[^"]*"/g, "");
  if (/^\w+$/.test(text)) return [text];
  const patterns = [/(\w+)\(/g, /(\w+):/g, /session\??\.(\w+)/g, /(\w+)\./g];
  return patterns.flatMap((pattern) => [...text.matchAll(pattern)].map(([, name = ""]) => name));
}

/** Names that are the reader's own, or of others, and properties of an argument. */
const FOREIGN = new Set(
  "async cookies Date except generateMetadata Map NODE_ENV null NULL prisma push sameOrigin session SESSION_SECRET undefined userId".split(
    " ",
  ),
);

function expectNames(text: string) {
  const known = publicNames();
  const codes = codeIn(text);
  const names = codes.flatMap(namesIn).filter((name) => !FOREIGN.has(name));
  expect(names.length).toBeGreaterThan(5);
  expect(names.filter((name) => !known.has(name) && !isOption(name))).toEqual([]);
  for (const code of codes) {
    const [, line] = /^npx prisma-db-session (.+)$/.exec(code) ?? [];
    if (line) expect(isCommandLine(line.split(" ")), code).toBe(true);
  }
}

describe.each([SKILL, "llms.txt"])("%s", (document) => {
  it("links to what there is, and to nothing that is not in the package", async () => {
    const { stdout } = await run("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"], { cwd: root });
    const packed: string[] = JSON.parse(stdout)[0].files.map(({ path }: { path: string }) => path);
    expect(packed).toContain(document);
    const links = [...(await proseOf(document)).matchAll(/\]\(([^)#]+)(?:#([^)]*))?\)/g)];
    expect(links.length).toBeGreaterThan(5);
    for (const [, path = "", anchor] of links) {
      const target = join(dirname(document), path);
      expect(packed).toContain(target);
      if (anchor) expect(anchorsOf(await readFile(root + target, "utf8")), target).toContain(anchor);
    }
  });
});

describe("the skill for coding agents", () => {
  it("begins with its name, which is that of its folder, and a description of at most 1024 characters", async () => {
    const [, name, description = ""] =
      /^---\nname: (.+)\ndescription: (.+)\n---\n/.exec(await readFile(root + SKILL, "utf8")) ?? [];
    expect(name).toBe("prisma-db-session");
    expect(description.length).toBeGreaterThan(50);
    expect(description.length).toBeLessThanOrEqual(1024);
    // YAML takes a text without quotes for more than a text if it has these.
    expect(description).not.toMatch(/: | #/);
  });

  it("names only functions, methods, options and commands that there are", async () => {
    expectNames(await proseOf(SKILL));
  });
});

describe("llms.txt", () => {
  it("lists every page of the docs, and only entries that there are", async () => {
    const text = await readFile(`${root}llms.txt`, "utf8");
    for (const page of (await readdir(`${root}docs`)).filter((name) => name.endsWith(".md")))
      expect(text).toContain(`(docs/${page})`);
    const { exports } = JSON.parse(await readFile(`${root}package.json`, "utf8"));
    const entries = codeIn(text).filter((code) => code.startsWith("prisma-db-session"));
    const expected = Object.keys(exports).filter((entry) => entry !== "./package.json");
    expect(entries.sort()).toEqual(expected.map((entry) => entry.replace(".", "prisma-db-session")).sort());
  });
});

describe.each(["iron-session", "express-session", "authjs", "django"])("docs/from-%s.md", (from) => {
  const document = `docs/from-${from}.md`;

  it("names in its tables only what there is", async () => {
    expectNames(lastCells(await proseOf(document)));
  });
});

describe("the options of every page", async () => {
  const pages = (await readdir(`${root}docs`)).filter((name) => name.endsWith(".md")).map((name) => `docs/${name}`);
  const blocks = (await Promise.all(["README.md", SKILL, ...pages].map(codeBlocksOf))).flat();
  const withUser = blocks.filter(({ code }) => /model: prisma|store: prisma8Store/.test(code) && /userId/.test(code));

  it("are found", () => {
    expect(withUser.length).toBeGreaterThan(8);
  });

  it.each(withUser.map(({ code }) => [fileOf(code), code]))(
    "fill the column of the owner, so that revoke() finds the sessions of a user: %s",
    (_, code) => {
      expect(code).toMatch(/columns: \((?:data|\{.*\})\) => \(\{ userId:/);
    },
  );
});

describe("every page", async () => {
  const pages = (await readdir(`${root}docs`)).filter((name) => name.endsWith(".md")).map((name) => `docs/${name}`);

  it.each([["README.md", 250], ...pages.map((page) => [page, 200] as const)] as const)(
    "%s has at most %i lines, of at most 100 characters",
    async (page, most) => {
      const text = await readFile(root + page, "utf8");
      expect(text.trimEnd().split("\n").length).toBeLessThanOrEqual(most);
      const prose = text.replace(/^```.*?^```$/gms, "").replace(/^\|.*$/gm, "");
      expect(prose.split("\n").filter((line) => line.length > 100)).toEqual([]);
    },
  );
});
