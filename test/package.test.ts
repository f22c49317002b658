import { execFile } from "node:child_process";
import { readdir, readFile, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { anchorsOf } from "./docs/code-blocks.ts";
import { bundleForEdge } from "./edge/bundle.ts";
import { addNext, compileConsumer } from "./packed-consumer.ts";
import { projectWithPackage } from "./packed-package.ts";

const run = promisify(execFile);
const root = fileURLToPath(new URL("..", import.meta.url));

it("the packed package works in a project that has nothing else, and its types hold there", async () => {
  const { compiled, project } = await compileConsumer(`${root}node_modules/typescript`);
  expect(compiled).toBe("");
  const { stdout } = await run(process.execPath, ["out/consumer.js"], { cwd: project });
  expect(stdout, "only the entry for Next.js wants next").toBe("next\n");
}, 120_000);

it("the packed package can be loaded by CommonJS require()", async () => {
  const { project, installed } = await projectWithPackage();
  await addNext(project);
  const { name, exports } = JSON.parse(await readFile(`${installed}/package.json`, "utf8"));
  const entries = Object.keys(exports).map((entry) => entry.replace(".", name));
  expect(entries).toContain("prisma-db-session/next");
  const code = `for (const entry of ${JSON.stringify(entries)}) console.log(entry, Object.keys(require(entry)).length > 0);
    const { createSessions, memoryStore } = require("prisma-db-session");
    createSessions({ store: memoryStore(), secret: "x".repeat(32) }).open().save().then(() => console.log("saved"));`;
  await writeFile(`${project}/consumer.cjs`, code);
  const { stdout, stderr } = await run(process.execPath, ["consumer.cjs"], { cwd: project });
  expect(stdout).toBe(`${[...entries.map((entry) => `${entry} true`), "saved"].join("\n")}\n`);
  expect(stderr).toBe("");
});

it("the packed package has an edge entry that needs neither Node nor the rest", async () => {
  const { installed } = await projectWithPackage();
  const { exports } = JSON.parse(await readFile(`${installed}/package.json`, "utf8"));
  const code = 'export * from "prisma-db-session/edge"';
  const { script, imports } = await bundleForEdge(code, `${installed}/${exports["./edge"]}`);
  expect(imports).toEqual([]);
  expect(script).toContain("__Host-session");
});

it("the packed package has its command, which runs by itself and names the version that was packed", async () => {
  const { project, installed } = await projectWithPackage();
  const { bin, version } = JSON.parse(await readFile(`${installed}/package.json`, "utf8"));
  const command = `${installed}/${bin["prisma-db-session"]}`;
  expect(await run(command, ["--version"], { cwd: project })).toEqual({ stdout: `${version}\n`, stderr: "" });

  // Without next, and without the Prisma CLI.
  await writeFile(
    `${project}/client.mjs`,
    "export const prisma = { $connect: async () => {}, $disconnect: async () => {} };",
  );
  const wrong = await run(command, ["clear-expired", "--client", "client.mjs"], { cwd: project }).catch(
    (error) => error,
  );
  expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining('has no model "session"') });
});

it("the packed package has no file over 100 KB", async () => {
  const { installed } = await projectWithPackage();
  const files = await filesIn(installed);
  expect(files.length).toBeGreaterThan(50);
  const large: string[] = [];
  for (const file of files) if ((await stat(join(installed, file))).size > 100_000) large.push(file);
  expect(large).toEqual([]);
});

it("the packed package has everything that its documents link to", async () => {
  const { installed } = await projectWithPackage();
  const files = await filesIn(installed);
  const broken: string[] = [];
  let links = 0;
  for (const document of files.filter((file) => /\.(md|txt)$/.test(file))) {
    const text = await readFile(join(installed, document), "utf8");
    const prose = text.replace(/^```.*?^```$/gms, "");
    for (const [link, path = "", anchor] of prose.matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)/g)) {
      links++;
      const target = path === "" ? document : join(dirname(document), path);
      const isThere = files.includes(target);
      const isRight =
        isThere && (!anchor || anchorsOf(await readFile(join(installed, target), "utf8")).includes(anchor));
      if (!isRight) broken.push(`${document}: ${link}`);
    }
  }
  expect(links).toBeGreaterThan(100);
  expect(broken).toEqual([]);
});

/** All files in a folder, by their paths from it. */
async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name).slice(folder.length + 1));
}
