import { readdir, readFile } from "node:fs/promises";
import { expect, it } from "vitest";

const root = new URL("../../", import.meta.url);
const dist = new URL("dist/", root);
const read = (path: string) => readFile(new URL(path, root), "utf8");

/** The text of a built file with all that it imports of the package, and the names of what else it imports. */
async function bundleOf(entry: string) {
  const [files, packages] = [new Map<string, string>(), new Set<string>()];
  const follow = async (file: URL): Promise<void> => {
    if (files.has(file.href)) return;
    const code = await readFile(file, "utf8");
    files.set(file.href, code);
    for (const [, name = ""] of code.matchAll(/^(?:import|export) .*?from "([^"]+)";$/gm)) {
      if (name.startsWith(".")) await follow(new URL(name, file));
      else packages.add(name);
    }
  };
  await follow(new URL(entry, dist));
  return { code: [...files.values()].join("\n"), packages: [...packages] };
}

it("the entry for Prisma 8 imports no package", async () => {
  const { code, packages } = await bundleOf("prisma-8/index.js");
  expect(code).toContain("function prisma8Store");
  expect(packages.filter((name) => !name.startsWith("node:"))).toEqual([]);
});

it.each(["index.js", "next/index.js", "web/index.js", "edge/index.js", "testing/index.js", "cli/index.js"])(
  "%s does not load the store for Prisma 8, and gains at most 1 KB for its messages",
  async (entry) => {
    const { code, packages } = await bundleOf(entry);
    expect(packages.filter((name) => name.startsWith("@prisma/"))).toEqual([]);
    expect(code).not.toMatch(/function prisma8Store|CONTRACT\.MARKER_READ_FAILED/);
    const parts = code.matchAll(/^\/\/#region src\/store\/prisma-8.*?^\/\/#endregion/gms);
    // The bundler leaves comments in, and minifiers take them out.
    const sizes = [...parts].map(([part]) => part.replace(/^\s*(\/\*\*|\*|\/\/).*\n?/gm, "").length);
    if (entry === "index.js") expect(sizes).toHaveLength(1);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(1024);
  },
);

it("the package asks for the versions of Prisma 6 and 7, and of Next.js, that it supports", async () => {
  const { peerDependencies, dependencies } = JSON.parse(await read("package.json"));
  expect(peerDependencies).toEqual({ "@prisma/client": "^6 || ^7", next: ">=15.1 <17" });
  expect(dependencies).toBeUndefined();
});

/** Each test file below a folder of test/, as its path in test/ and its text. */
async function testFiles(folder = ""): Promise<readonly { path: string; text: string }[]> {
  const entries = await readdir(new URL(`test/${folder}`, root), { withFileTypes: true });
  const files = await Promise.all(
    entries.map(async (entry) => {
      const path = folder + entry.name;
      if (entry.isDirectory()) return entry.name === "node_modules" ? [] : testFiles(`${path}/`);
      return path.endsWith(".test.ts") ? [{ path, text: await read(`test/${path}`) }] : [];
    }),
  );
  return files.flat();
}
const EACH_PRISMA = /describeEach(Owned)?(Database|Store)\(|\bprisma8With\(/;
const PRISMA_7 = /describeEachPrisma7|\bcreateSqlite\(|\bnew PrismaClient\b|\/databases\/postgresql\.ts"/;

it("`npm run test:prisma-8` runs each test file that has tests with Prisma 8", async () => {
  const script: string = JSON.parse(await read("package.json")).scripts["test:prisma-8"];
  const run = [...script.matchAll(/ test\/(\S+)(?= |$)/g)].map(([, path = ""]) => path);
  const missing = (await testFiles()).filter(
    ({ path, text }) => EACH_PRISMA.test(text) && !run.some((part) => path.startsWith(part)),
  );
  expect(missing.map(({ path }) => path)).toEqual([]);
});

it("README.md names each test file that runs on Prisma 7 only, and why", async () => {
  const rows = (await read("test/prisma-8/README.md")).matchAll(/^\| (`.*?) \| \S.* \|$/gm);
  const named = [...rows].flatMap(([, cell = ""]) => [...cell.matchAll(/`(.*?)\*?`/g)].map(([, path = ""]) => path));
  const files = (await testFiles()).filter(({ path }) => !/^(prisma-8|versions)\//.test(path));
  const only7 = files.filter(({ text }) => PRISMA_7.test(text) && !EACH_PRISMA.test(text)).map(({ path }) => path);
  expect(only7.length).toBeGreaterThan(20);
  expect(only7.filter((path) => !named.some((part) => path.startsWith(part)))).toEqual([]);
});
