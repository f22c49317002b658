import { execFile } from "node:child_process";
import { join, relative } from "node:path";
import { promisify } from "node:util";
import { isFresh } from "../freshness.mjs";

const FOLDER = "test/prisma-8";
/** To emit a contract for SQLite, Prisma 8 needs `node:sqlite`, which Node.js 20 lacks. */
const [nodeMajor] = process.versions.node.split(".").map(Number);

const CONTRACTS = [
  { provider: "postgresql", name: "session", source: "prisma/prisma-8-postgresql/contract.prisma" },
  { provider: "postgresql", name: "owned", source: `${FOLDER}/postgresql/owned.prisma` },
  { provider: "postgresql", name: "unfit", source: `${FOLDER}/postgresql/unfit.prisma` },
  { provider: "sqlite", name: "session", source: "prisma/prisma-8-sqlite/contract.prisma" },
  { provider: "sqlite", name: "owned", source: `${FOLDER}/sqlite/owned.prisma` },
].filter(({ provider }) => provider !== "sqlite" || nodeMajor >= 22);

/** Runs `prisma contract emit` for each changed contract. Returns the names of these contracts. */
export async function emitContracts() {
  const emitted = await Promise.all(CONTRACTS.map(emitContract));
  return emitted.filter(Boolean);
}

async function emitContract({ provider, name, source }) {
  const project = `${FOLDER}/${provider}`;
  const output = `generated/${name}`;
  const sources = [source, `${FOLDER}/package-lock.json`, `${project}/prisma.config.ts`];
  if (await isFresh(join(project, output, "contract.d.ts"), sources)) return undefined;
  await promisify(execFile)(process.execPath, ["../prisma.mjs", "contract", "emit"], {
    cwd: project,
    env: { ...process.env, CONTRACT: relative(project, source), OUTPUT: output },
  });
  return `prisma-8/${provider}/${name}`;
}
