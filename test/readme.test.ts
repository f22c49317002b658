import { execFile } from "node:child_process";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";

const run = promisify(execFile);
const root = fileURLToPath(new URL("..", import.meta.url));
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
  "lib/prisma.ts": `import { PrismaClient } from "../generated/prisma/client";
declare const adapter: ConstructorParameters<typeof PrismaClient>[0]["adapter"] & object;
export const prisma = new PrismaClient({ adapter });
`,
  "lib/users.ts": `export declare function authenticate(email: string, password: string): Promise<{ id: number } | undefined>;
`,
  "tsconfig.json": JSON.stringify({
    extends: "../../tsconfig.json",
    compilerOptions: {
      lib: ["ES2023", "DOM"],
      jsx: "react-jsx",
      baseUrl: ".",
      paths: {
        "@/*": ["./*"],
        "prisma-db-session": ["../../src/index.ts"],
        "prisma-db-session/*": ["../../src/*/index.ts"],
      },
    },
    include: ["app", "lib", "scripts", "test", "proxy.ts"],
  }),
};

/** The README and what it links to. */
async function documents() {
  const docs = (await readdir(`${root}docs`)).filter((name) => name.endsWith(".md"));
  return ["README.md", ...docs.map((name) => `docs/${name}`)];
}

async function codeBlocks() {
  const texts = await Promise.all((await documents()).map((name) => readFile(root + name, "utf8")));
  return texts.flatMap((text) =>
    [...text.matchAll(/^```(\w+)\n(.*?)^```$/gms)].map(([, language = "", code = ""]) => ({ language, code })),
  );
}

describe("the README and the docs", () => {
  it("have only code that compiles together, with the model that they tell people to add", async () => {
    await rm(project, { recursive: true, force: true });
    const files: Record<string, string> = { ...READERS_OWN };
    for (const { language, code } of await codeBlocks()) {
      if (language === "prisma") files["prisma/schema.prisma"] += code;
      else if (language === "json") JSON.parse(code);
      else if (language === "ts" || language === "tsx") {
        expect(files, "two blocks for one file").not.toHaveProperty([fileOf(code)]);
        files[fileOf(code)] = code;
      } else expect(["sh", "text", "yaml"], "another language would need a check of its own").toContain(language);
    }
    expect(Object.keys(files)).toEqual(expect.arrayContaining(["app/page.tsx", "lib/clear-a-little.ts"]));
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
  });

  it("link to what there is", async () => {
    for (const document of await documents()) {
      const text = await readFile(root + document, "utf8");
      for (const [, path = "", anchor] of text.matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)/g)) {
        const target = path === "" ? document : join(dirname(document), path);
        const linked = await readFile(root + target, "utf8").catch(() => undefined);
        expect(linked, `${target}, to which ${document} links`).toBeDefined();
        if (anchor) expect(anchors(linked ?? ""), `in ${target}`).toContain(anchor);
      }
    }
  });

  it("name in the README's tables only what there is", async () => {
    const readme = await readFile(`${root}README.md`, "utf8");
    const [, session = "", options = ""] = readme.split(/^## (?:The session|Options)$/m);
    const sources = await Promise.all(
      ["session/session-base", "session/db-session", "options"].map((file) =>
        readFile(`${root}src/${file}.ts`, "utf8"),
      ),
    );
    const [base = "", db = "", declared = ""] = sources;
    const rows = (text: string) => text.split("\n").filter((line) => line.startsWith("| "));
    for (const [, name] of rows(session)
      .join("\n")
      .matchAll(/`(\w+)\(/g)) {
      expect(base + db, name).toMatch(new RegExp(`^  (async )?${name}[(<]`, "m"));
    }
    for (const [, names = ""] of rows(options)
      .join("\n")
      .matchAll(/^\| ((?:`\w+`(?:, )?)+) \|/gm)) {
      for (const name of names.replaceAll("`", "").split(", "))
        expect(declared, name).toMatch(new RegExp(`readonly ${name}\\??:`));
    }
  });
});

/** Each block begins with the name of its file. */
function fileOf(code: string): string {
  const file = /^\/\/ (\S+\.m?tsx?)\n/.exec(code)?.[1];
  if (!file) throw new Error(`This block does not begin with its file's name:\n${code}`);
  return file;
}

/** What GitHub makes of headings. */
function anchors(text: string): string[] {
  return [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replace(/[^\w -]/g, "")
      .replaceAll(" ", "-"),
  );
}
