import { mkdir, symlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { expect, it, onTestFinished, vi } from "vitest";
import { importFile } from "../../src/cli/import-file.ts";
import { skippedBecause } from "../skipped.ts";
import { folder, root } from "./support.ts";

const manifest = (version: string) => JSON.stringify({ version, exports: {} });
/** A jiti that says which one it is, and what it was asked. */
const jiti = (version: string) => ({
  "package.json": manifest(version),
  "lib/jiti.mjs": `export const createJiti = (id, options) => ({ import: async (path) => ({ version: "${version}", id, options, path }) });`,
});
const inFolder = (path: string, files: Record<string, string>) =>
  Object.fromEntries(Object.entries(files).map(([name, text]) => [`${path}/${name}`, text]));

async function link(from: string, to: string) {
  await mkdir(dirname(from), { recursive: true });
  await symlink(to, from, "junction");
}

it("loads TypeScript with the jiti of the Prisma CLI, as npm lays packages out", async () => {
  const path = await folder({
    "node_modules/prisma/package.json": manifest("7.10.0"),
    "node_modules/@prisma/config/package.json": manifest("7.10.0"),
    "node_modules/c12/package.json": manifest("3.3.4"),
    ...inFolder("node_modules/jiti", jiti("2.7.0")),
  });
  const file = join(path, "lib/prisma.ts");
  expect(await importFile(file)).toMatchObject({ version: "2.7.0", id: file, path: file });
});

it("loads it with that jiti as pnpm lays packages out, where nothing but the CLI itself can be seen", async () => {
  const store = "node_modules/.pnpm";
  const path = await folder({
    [`${store}/prisma@7/node_modules/prisma/package.json`]: manifest("7.10.0"),
    [`${store}/config@7/node_modules/@prisma/config/package.json`]: manifest("7.10.0"),
    [`${store}/c12@3/node_modules/c12/package.json`]: manifest("3.3.4"),
    ...inFolder(`${store}/jiti@2/node_modules/jiti`, jiti("2.7.0")),
  });
  const at = (name: string) => join(path, store, name);
  await link(join(path, "node_modules/prisma"), at("prisma@7/node_modules/prisma"));
  await link(at("prisma@7/node_modules/@prisma/config"), at("config@7/node_modules/@prisma/config"));
  await link(at("config@7/node_modules/c12"), at("c12@3/node_modules/c12"));
  await link(at("c12@3/node_modules/jiti"), at("jiti@2/node_modules/jiti"));
  expect(await importFile(join(path, "lib/prisma.ts"))).toMatchObject({ version: "2.7.0" });
});

it("takes the newest jiti that there is, and none of version 1", async () => {
  const prisma = {
    "node_modules/prisma/package.json": manifest("7.10.0"),
    "node_modules/prisma/node_modules/@prisma/config/package.json": manifest("7.10.0"),
    "node_modules/prisma/node_modules/c12/package.json": manifest("3.3.4"),
    ...inFolder("node_modules/prisma/node_modules/jiti", jiti("2.10.0")),
  };
  for (const other of ["1.21.7", "2.4.2"]) {
    const path = await folder({ ...prisma, ...inFolder("node_modules/jiti", jiti(other)) });
    expect(await importFile(join(path, "prisma.ts"))).toMatchObject({ version: "2.10.0" });
  }
  const path = await folder({ ...prisma, ...inFolder("node_modules/jiti", jiti("2.11.0")) });
  expect(await importFile(join(path, "prisma.ts"))).toMatchObject({ version: "2.11.0" });
});

it("loads .js so too, for apps that import as bundlers do, but .mjs and .cjs as Node.js does", async () => {
  const path = await folder({
    ...inFolder("node_modules/jiti", jiti("2.7.0")),
    "client.mjs": "export const native = true;",
    "client.cjs": "exports.native = true;",
  });
  expect(await importFile(join(path, "client.js"))).toMatchObject({ version: "2.7.0" });
  expect(await importFile(join(path, "client.mjs"))).toMatchObject({ native: true });
  expect(await importFile(join(path, "client.cjs"))).toMatchObject({ native: true });
});

it("loads TypeScript with tsx where there is no jiti, without its cache", async () => {
  vi.stubEnv("TSX_DISABLE_CACHE", undefined);
  onTestFinished(() => void vi.unstubAllEnvs());
  const path = await folder({
    "node_modules/tsx/package.json": manifest("4.0.0"),
    "node_modules/tsx/dist/esm/api/index.mjs":
      "const cache = process.env.TSX_DISABLE_CACHE; export const tsImport = async (...asked) => ({ asked, cache });",
  });
  const file = join(path, "prisma.ts");
  expect(await importFile(file)).toEqual({ asked: [`file://${file}`, file], cache: "1" });
});

it("loads .js without any of them", async () => {
  const path = await folder({ "package.json": '{ "type": "module" }', "client.js": "export const native = true;" });
  expect(await importFile(join(path, "client.js"))).toMatchObject({ native: true });
});

const nodeLoads = Reflect.get(process.features, "typescript")
  ? "This Node.js loads TypeScript by itself. Run on Node.js 20"
  : undefined;
it.skipIf(nodeLoads)(`says what to install where nothing loads TypeScript${skippedBecause(nodeLoads)}`, async () => {
  const path = await folder({ "client.ts": "export const one: number = 1;" });
  await expect(importFile(join(path, "client.ts"))).rejects.toMatchObject({
    exitCode: 2,
    message: expect.stringMatching(
      /^Cannot load \S+ because Node\.js \S+ does not load TypeScript, and jiti 2 is not installed\. .* run `npm install --save-dev jiti/,
    ),
  });
});

it("loads the drivers and Prisma as Node.js does, so that there is one copy of each", async () => {
  const path = await folder({ "one.ts": 'export { PrismaLibSql } from "@prisma/adapter-libsql";' });
  await link(join(path, "node_modules"), join(root, "node_modules"));
  const { PrismaLibSql } = await import("@prisma/adapter-libsql");
  expect((await importFile(join(path, "one.ts"))).PrismaLibSql).toBe(PrismaLibSql);
});
