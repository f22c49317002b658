import { symlink } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { loadClient } from "../../src/cli/load-client.ts";
import { folder } from "./support.ts";

const CLIENT = "{ name: NAME, $connect: async () => {}, $disconnect: async () => {} }";
const client = (name: string) => CLIENT.replace("NAME", `"${name}"`);

async function load(text: string, exportName?: string, name = "client.mjs") {
  return loadClient(join(await folder({ [name]: text }), name), exportName);
}

it.each([
  ["prisma", `export const prisma = ${client("wanted")}; export default ${client("other")};`],
  ["default", `export default ${client("wanted")}; export const db = ${client("other")};`],
  ["the only client, under any name", `export const url = "file:"; export const db = ${client("wanted")};`],
  ["one client under two names", `export const a = ${client("wanted")}; export const b = a;`],
])("takes the export %s", async (_, text) => {
  expect(await load(text)).toMatchObject({ name: "wanted" });
});

it.each([
  ["module.exports = client", `module.exports = ${client("wanted")};`],
  ["module.exports = { prisma: client }", `module.exports = { prisma: ${client("wanted")} };`],
  ["module.exports = { something: client }", `module.exports = Object.assign({}, { db: ${client("wanted")} });`],
])("takes CommonJS: %s", async (_, text) => {
  expect(await load(text, undefined, "client.cjs")).toMatchObject({ name: "wanted" });
});

it("takes a Proxy of a function for a client", async () => {
  const text = `export const prisma = new Proxy(function () {}, { get: (_, name) => (${client("wanted")})[name] });`;
  const found = (await load(text)) as unknown as { name: string };
  expect(found.name).toBe("wanted");
});

it("takes the export that is asked for", async () => {
  const text = `export const prisma = ${client("other")}; export const replica = ${client("wanted")};`;
  expect(await load(text, "replica")).toMatchObject({ name: "wanted" });
});

it.each([
  [
    "no client",
    "export const url = 1, make = () => 2;",
    undefined,
    /exports no Prisma client\. It exports \w+, \w+\. /,
  ],
  [
    "a client of Prisma 8",
    "export const db = { orm: {}, transaction() {} };",
    undefined,
    /exports a client of Prisma 8, but the commands need one of Prisma 7 or 6\. Call `clearExpired\(\)`/,
  ],
  ["nothing", "", undefined, /exports no Prisma client\. It exports nothing\. /],
  [
    "several clients",
    `export const a = ${CLIENT}, b = ${CLIENT};`,
    undefined,
    /exports several Prisma clients\. .*--export/,
  ],
  [
    "another export",
    "export const prisma = {};",
    "prisma",
    /"prisma" of \S+ is not a Prisma client\. It exports prisma\. /,
  ],
  [
    "a Promise",
    `export const prisma = Promise.resolve(${CLIENT});`,
    undefined,
    /exports no Prisma client, but `prisma` is a Promise\. Export what it resolves to/,
  ],
  ["a syntax error", "export const = 1;", undefined, /^Cannot load \S+ because it threw an error: .+\. Fix it/],
  [
    "an error of its own",
    'throw new Error("DATABASE_URL is\\n missing.");',
    undefined,
    /: DATABASE_URL is missing\. Fix/,
  ],
  ["no error, but throws", 'throw "out";', undefined, /because it threw an error: out\. Fix/],
  [
    "a client that cannot be built when it is touched",
    'export const prisma = new Proxy({}, { get() { throw new Error("No URL."); } });',
    undefined,
    /because it threw an error: No URL\. Fix/,
  ],
  ["an unknown package", 'import "no-such-package-at-all";', undefined, /error: .*no-such-package-at-all.*\. Fix/],
])("says what is wrong with a file that has %s", async (_, text, exportName, message) => {
  const error = await load(text.replaceAll("NAME", "Symbol()"), exportName).catch((error) => error);
  expect(error).toMatchObject({ exitCode: 2, message: expect.stringMatching(message) });
  expect(error.message).not.toContain("\n");
});

it("says that there is no file, and does not take a folder for one", async () => {
  const path = await folder();
  await expect(loadClient(join(path, "prisma.ts"), undefined)).rejects.toThrow(`There is no file ${path}/prisma.ts.`);
  await expect(loadClient(path, undefined)).rejects.toThrow(`There is no file ${path}.`);
});

it("says in one line that there can be no such file", async () => {
  const path = await folder({ "client.ts": "" });
  await symlink("loop.ts", join(path, "loop.ts"));
  for (const [name, code] of [
    ["loop.ts", /ELOOP/],
    ["client.ts/prisma.ts", /ENOTDIR|^There is no file /], // newer versions of Node.js give no code here
    ["x".repeat(5000), /ENAMETOOLONG/],
  ] as const) {
    const error = await loadClient(join(path, name), undefined).catch((error) => error);
    expect(error).toMatchObject({ exitCode: 2, message: expect.stringMatching(code) });
  }
});
