#!/usr/bin/env node
// Generates the Prisma clients that tests and benchmarks use into generated/, those whose schema or versions have changed.
import { mkdir, rm, symlink } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { isFresh } from "./freshness.mjs";
import { prisma } from "./schema-engine/cli.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
process.chdir(root);

/** @type {{ name: string, schema: string, cli?: string, entry?: string }[]} */
const clients = [
  ...["postgresql", "mysql", "sqlite", "cockroachdb"].map((name) => ({ name, schema: `prisma/${name}/schema.prisma` })),
  ...["postgresql", "mysql", "sqlite"].map((name) => ({
    name: `owned-${name}`,
    schema: `test/databases/owned/${name}.prisma`,
  })),
  { name: "timestamptz", schema: "test/store/prisma/timestamptz/schema.prisma" },
  { name: "strict", schema: "test/types/strict/schema.prisma" },
  { name: "wrong-columns", schema: "test/types/wrong-columns/schema.prisma" },
  { name: "prisma-6", schema: "test/types/prisma-6/schema.prisma", cli: "prisma-6", entry: "index.d.ts" },
];

await linkPrisma6("test/types/prisma-6");
const names = await Promise.all(clients.map(generate));
const written = names.filter(Boolean);
console.log(written.length > 0 ? `Generated ${written.join(", ")}` : "The generated clients are up to date");

/** @returns the client's name if it was out of date */
async function generate({ name, schema, cli, entry = "client.ts" }) {
  const output = `generated/${name}`;
  if (await isFresh(`${output}/${entry}`, [schema, "package-lock.json"])) return;

  await rm(output, { recursive: true, force: true });
  const child = prisma(["generate", "--schema", schema], { cli, stdio: ["ignore", "pipe", "pipe"] });
  const [stdout, stderr, code] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    new Promise((done) => child.on("close", done)),
  ]);
  if (code === 0) return name;
  // A half-written client must not count as up to date.
  await rm(output, { recursive: true, force: true });
  console.error(`${schema}:\n${stdout}${stderr}`);
  process.exit(1);
}

/**
 * Prisma 6 copies the run time of the @prisma/client that it finds from the schema's folder, which here is Prisma 7's. It takes
 * one only if `prisma` lies beside it.
 */
async function linkPrisma6(folder) {
  for (const [name, alias] of [
    ["prisma", "prisma-6"],
    ["@prisma/client", "@prisma/client-6"],
  ]) {
    const link = `${folder}/node_modules/${name}`;
    await mkdir(dirname(link), { recursive: true });
    await rm(link, { force: true });
    await symlink(resolve("node_modules", alias), link, "junction");
  }
}
