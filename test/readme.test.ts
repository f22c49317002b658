import { execFile } from "node:child_process";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { anchorsOf, codeBlocksOf, fileOf, root } from "./docs/code-blocks.ts";

const run = promisify(execFile);
const project = `${root}generated/readme`;

/** What the README takes for granted in a reader's app. */
const READERS_OWN = {
  "prisma/schema.prisma": `generator client {
  provider = "prisma-client"
  output   = "../generated/prisma"
}

datasource db {
  provider = "sqlite"
}
`,
  "lib/accounts.ts": `export type Account = { id: number; isLocked: boolean; passwordHash: string };
export declare function findAccount(id: number): Promise<Account | null>;
export declare function changePassword(id: number, password: string): Promise<void>;
export declare function isActive(id: number | string): Promise<boolean>;
`,
  // As much of better-auth as docs/beside-better-auth.md uses.
  "lib/auth.ts": `type Login = { user: { id: string } };
export declare const auth: {
  api: {
    getSession(options: { headers: Headers }): Promise<Login | null>;
    signOut(options: { headers: Headers }): Promise<unknown>;
    revokeSessions(options: { headers: Headers }): Promise<unknown>;
  };
};
`,
  "lib/coupons.ts": `export declare function credit(userId: number, coupon: string): Promise<void>;
`,
  "lib/provider.ts": `export declare function providerUrl(state: string): string;
export declare function userOf(code: string): Promise<{ id: number } | undefined>;
`,
  "e2e/playwright-test.d.ts": `declare module "@playwright/test" {
  import type { BrowserContext, Locator, Page } from "playwright-core";
  export function test(name: string, run: (fixtures: { context: BrowserContext; page: Page }) => Promise<void>): void;
  export function expect(locator: Locator): { toBeVisible(): Promise<void> };
}
`,
  "tsconfig.json": JSON.stringify({
    extends: "../../tsconfig.json",
    compilerOptions: {
      lib: ["ES2023", "ES2024.String", "DOM"],
      jsx: "react-jsx",
      baseUrl: ".",
      paths: {
        "@/*": ["./*"],
        "prisma-db-session": ["../../src/index.ts"],
        "prisma-db-session/*": ["../../src/*/index.ts"],
      },
    },
    include: ["app", "e2e", "lib", "scripts", "test", "*.ts"],
  }),
};

const SKILL = "skills/prisma-db-session/SKILL.md";

/** Their options fill the columns of the README's model. docs/sign-in-and-out.md adds columns to it. */
const WITH_THE_READMES_MODEL = ["expiry", "options", "outside-of-nextjs", "testing", "validation"].map(
  (page) => `docs/${page}.md`,
);

/** The README and what it links to. */
async function documents() {
  const docs = (await readdir(`${root}docs`)).filter((name) => name.endsWith(".md"));
  return ["README.md", "SECURITY.md", ...docs.map((name) => `docs/${name}`)];
}

describe("the README and the docs", () => {
  it.each<[what: string, which: () => Promise<readonly string[]>]>([
    ["the README's", async () => ["README.md"]],
    ["those with the README's model", async () => ["README.md", ...WITH_THE_READMES_MODEL]],
    ["all others", async () => (await documents()).filter((name) => !WITH_THE_READMES_MODEL.includes(name))],
    ["the skill's", async () => ["README.md", SKILL]],
  ])(
    "have only code that compiles together, with the model that they tell people to add: %s",
    async (_, which) => {
      await rm(project, { recursive: true, force: true });
      const files: Record<string, string> = { ...READERS_OWN };
      // Its code needs Prisma 8: test/prisma-8/guide.test.ts compiles it.
      const compiledHere = (await which()).filter((document) => !document.startsWith("docs/prisma-8"));
      for (const [name, code] of await filesOf(compiledHere)) {
        if (name.startsWith("model ")) files["prisma/schema.prisma"] += code;
        else files[name] = code;
      }
      expect(files).toHaveProperty(["app/page.tsx"]);
      for (const [file, text] of Object.entries(files)) {
        await mkdir(dirname(`${project}/${file}`), { recursive: true });
        await writeFile(`${project}/${file}`, text);
      }
      await run(process.execPath, [`${root}scripts/prisma.mjs`, "generate", "--schema", "prisma/schema.prisma"], {
        cwd: project,
      });
      const compiled = await run(process.execPath, [`${root}node_modules/typescript/bin/tsc`, "-p", project], {
        cwd: root,
      }).catch(({ stdout }) => ({ stdout }));
      expect(compiled.stdout).toBe("");
    },
    120_000,
  );

  it("link to what there is in the package", async () => {
    const { stdout } = await run("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"], { cwd: root });
    const [{ files }] = JSON.parse(stdout) as [{ files: { path: string }[] }];
    const packed = files.map(({ path }) => path);
    for (const document of await documents()) {
      const text = await readFile(root + document, "utf8");
      const prose = text.replace(/^```.*?^```$/gms, "");
      for (const [, path = "", anchor] of prose.matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)/g)) {
        const target = path === "" ? document : join(dirname(document), path);
        expect(packed, `${target}, to which ${document} links`).toContain(target);
        const linked = await readFile(root + target, "utf8");
        if (anchor) expect(anchorsOf(linked), `in ${target}`).toContain(anchor);
      }
    }
  });

  it("name in the tables of methods and options only what there is", async () => {
    const [session = "", options = ""] = await Promise.all(
      ["session", "options"].map((page) => readFile(`${root}docs/${page}.md`, "utf8")),
    );
    const sources = await Promise.all(
      ["session/session-dictionary", "session/session-base", "session/db-session", "options", "next/next-sessions"].map(
        (file) => readFile(`${root}src/${file}.ts`, "utf8"),
      ),
    );
    const [dictionary = "", base = "", db = "", ...optionsOf] = sources;
    const declared = optionsOf.join("\n");
    const rowsOf = (text: string) =>
      text
        .split("\n")
        .filter((line) => line.startsWith("| "))
        .join("\n");
    const methods = [...rowsOf(session).matchAll(/`(\w+)\(/g)];
    expect(methods.length).toBeGreaterThan(30);
    for (const [, name] of methods) {
      expect(dictionary + base + db, name).toMatch(new RegExp(`^  (async )?${name}[(<]`, "m"));
    }
    const named = [...rowsOf(options).matchAll(/^\| ((?:`\w+`(?:, )?)+) \|/gm)];
    expect(named.length).toBeGreaterThan(10);
    for (const [, names = ""] of named) {
      for (const name of names.replaceAll("`", "").split(", "))
        expect(declared, name).toMatch(new RegExp(`readonly ${name}\\??:`));
    }
  });
});

/**
 * The files that documents tell people to write, and the models as `model Name`. What the README begins with, another document may write
 * anew, with more in it; else there is one block for each.
 */
async function filesOf(documents: readonly string[]): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  const from = new Map<string, string>();
  for (const document of documents) {
    for (const { language, code } of await codeBlocksOf(document)) {
      const name = nameOf(language, code);
      if (name === undefined) continue;
      const before = from.get(name);
      expect(before === undefined || (before === "README.md" && document !== before), `another ${name}`).toBe(true);
      files.set(name, code);
      from.set(name, document);
    }
  }
  return files;
}

function nameOf(language: string, code: string): string | undefined {
  if (language === "ts" || language === "tsx") return fileOf(code);
  if (language === "prisma") return /^model \w+/m.exec(code)?.[0];
  if (language === "json") JSON.parse(code);
  else if (language === "js")
    fileOf(code); // test/jest or test/docs runs it, or it is of another library
  // test/clusters/partitions.test.ts runs SQL
  else
    expect(["python", "sh", "sql", "text", "yaml"], "another language would need a check of its own").toContain(
      language,
    );
  return undefined;
}
