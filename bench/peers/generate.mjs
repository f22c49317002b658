#!/usr/bin/env node
// Generates the Prisma clients of the peers that use Prisma.
import { fileURLToPath } from "node:url";
import { generate } from "../../scripts/generate/client.mjs";

process.chdir(fileURLToPath(new URL("../..", import.meta.url)));

const FOLDER = "bench/peers";
for (const name of ["better-auth", "prisma-session-store"]) {
  const output = `${FOLDER}/generated/${name}`;
  await generate({ schema: `${FOLDER}/schemas/${name}.prisma`, output, lockfile: "package-lock.json" });
}
