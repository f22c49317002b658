import { rm } from "node:fs/promises";
import { text } from "node:stream/consumers";
import { isFresh } from "../freshness.mjs";
import { prisma } from "../schema-engine/cli.mjs";

/**
 * Generates a Prisma client, unless the client is newer than its schema and its lock file.
 * If Prisma fails, this process exits.
 *
 * @param {{ schema: string, output: string, lockfile: string, cli?: string, entry?: string }}
 *   client `output`: the folder that the schema names; `cli`: the folder where Prisma is installed;
 *   `entry`: a file of the client
 * @returns whether the client was out of date
 */
export async function generate({ schema, output, lockfile, cli, entry = "client.ts" }) {
  if (await isFresh(`${output}/${entry}`, [schema, lockfile])) return false;

  await rm(output, { recursive: true, force: true });
  const child = prisma(["generate", "--schema", schema], { cli, stdio: ["ignore", "pipe", "pipe"] });
  const [stdout, stderr, code] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    new Promise((done) => child.on("close", done)),
  ]);
  if (code === 0) return true;
  // An incomplete client must not count as up to date.
  await rm(output, { recursive: true, force: true });
  console.error(`${schema}:\n${stdout}${stderr}`);
  process.exit(1);
}
