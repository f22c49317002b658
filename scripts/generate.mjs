#!/usr/bin/env node
// Generates the Prisma clients of the tests, benchmarks and examples, if their schemas or versions
// changed.
// The clients of this repository's Prisma go into generated/. The clients of older versions go into
// test/versions/, and the contracts of Prisma 8 into test/prisma-8/, if these are installed there.
import { fileURLToPath } from "node:url";
import { isInstalled } from "./freshness.mjs";
import { generate } from "./generate/client.mjs";
import { emitContracts } from "./generate/prisma-8.mjs";
import { versionClients } from "./generate/versions.mjs";

process.chdir(fileURLToPath(new URL("..", import.meta.url)));

const clients = [
  ...["postgresql", "mysql", "sqlite", "cockroachdb"].map((name) => ({ name, schema: `prisma/${name}/schema.prisma` })),
  ...["postgresql", "mysql", "sqlite"].map((name) => ({
    name: `owned-${name}`,
    schema: `test/databases/owned/${name}.prisma`,
  })),
  { name: "timestamptz", schema: "test/store/prisma/timestamptz/schema.prisma" },
  { name: "strict", schema: "test/types/strict/schema.prisma" },
  { name: "wrong-columns", schema: "test/types/wrong-columns/schema.prisma" },
  ...["minimal", "next-app"].map((name) => ({
    name,
    schema: `examples/${name}/prisma/schema.prisma`,
    output: `examples/${name}/generated/prisma`,
  })),
].map((client) => ({ output: `generated/${client.name}`, lockfile: "package-lock.json", ...client }));
if (await isInstalled("test/versions")) clients.push(...(await versionClients()));

const names = await Promise.all(clients.map(async (client) => (await generate(client)) && client.name));
if (await isInstalled("test/prisma-8")) names.push(...(await emitContracts()));
const written = names.filter(Boolean);
console.log(written.length > 0 ? `Generated ${written.join(", ")}` : "The generated clients are up to date");
