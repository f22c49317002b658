// The steps before the shop can open. A step returns `false` if its work is done already. So a
// second start is quick, and does not rebuild files that a running demo uses.
import { existsSync, statSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { builtPackage, isFresh, isPackageFresh } from "../freshness.mjs";
import { Failure } from "./failure.mjs";
import { cannotWrite } from "./files.mjs";
import { run } from "./processes.mjs";

const require = createRequire(import.meta.url);

const root = fileURLToPath(new URL("../..", import.meta.url));
export const shop = join(root, "examples/next-app");

const inRoot = (...names) => names.map((name) => join(root, name));
const inShop = (...names) => names.map((name) => join(shop, name));
const [lockfile] = inRoot("package-lock.json");
const [client] = inShop("generated/prisma/client.ts");
/** The output of the last successful build. */
const [stamp] = inShop(".next/demo");

const prismaCli = join(root, "scripts/prisma.mjs");
/** The script of a package's command. */
function bin(name) {
  const file = require.resolve(`${name}/package.json`);
  const { bin: bins } = require(file);
  return resolve(file, "..", typeof bins === "string" ? bins : bins[name]);
}

/** The shop's database if `DATABASE_URL` is not set. */
export const DATABASE_URL = "file:./shop.db";

export const nextCli = () => bin("next");

export const outputs = [
  root,
  shop,
  ...inRoot("dist"),
  ...inShop("generated", "generated/prisma", ".next", ".env.local"),
];

export function checkInstalled() {
  if (!existsSync(join(root, "node_modules/next"))) throw new Failure("The packages are not installed. Run: npm ci");
}

export async function buildPackage(env) {
  if (await isPackageFresh()) return false;
  await tool("Cannot build the package. See the output above.", inRoot("scripts/build.mjs"), { cwd: root, env });
}

export async function generateClient(env) {
  if (await isFresh(client, [...inShop("prisma/schema.prisma"), lockfile])) return false;
  await tool("Cannot generate the Prisma client. See the output above.", [prismaCli, "generate"], { cwd: shop, env });
}

const MIGRATION_PROBLEMS = { P3005: "it contains other tables", P3009: "an earlier migration failed" };

/** A migration usually fails because of the user's database, so the message says what to do. */
export async function migrate(env) {
  const { code, output } = await run([prismaCli, "migrate", "deploy"], { cwd: shop, env });
  if (code === 0) return;
  const error = /^Error: *(.+)$/m.exec(output)?.[1];
  if (!error) throw failure("Cannot migrate the database. See the output above.", output);
  const advice =
    env.DATABASE_URL === DATABASE_URL
      ? "Delete the file, and the demo creates a new one."
      : "Set `DATABASE_URL` to a new file, or remove the variable.";
  throw new Failure(
    `Cannot use the database ${databasePath(env.DATABASE_URL)}: ${MIGRATION_PROBLEMS[error] ?? error}. ${advice}`,
  );
}

export async function buildShop(env) {
  const settings = inShop(
    "instrumentation.ts",
    "instrumentation-client.ts",
    "next.config.ts",
    "package.json",
    "proxy.ts",
    "tsconfig.json",
  );
  const sources = [...inShop("app", "components", "lib"), ...settings, builtPackage, client, lockfile];
  if (await isFresh(stamp, sources)) return false;
  const output = await tool("Cannot build the shop. See the output above.", [nextCli(), "build"], { cwd: shop, env });
  await writeFile(stamp, output); // after the build: a failed build leaves files too
}

async function tool(problem, args, options) {
  const { code, output } = await run(args, options);
  if (output.includes("Another next build process is already running")) {
    throw new Failure("Another demo is building the shop. Start this demo when the build is done.");
  }
  if (code !== 0) throw failure(problem, output);
  return output;
}

/** If a file's permissions stopped a tool, the message names the file. */
function failure(problem, output) {
  const path = /\b(?:EACCES|EPERM|EROFS)\b.* '(.+?)'/.exec(output)?.[1];
  return path ? cannotWrite(path) : new Failure(problem, output);
}

/**
 * The path in a `file:` URL. A relative path is relative to the folder of the shop, where every
 * step runs.
 */
export function databasePath(url) {
  if (!url.startsWith("file:")) {
    throw new Failure(
      '`DATABASE_URL` must begin with "file:", because the demo uses SQLite. Change or remove the variable.',
    );
  }
  if (/[?#%]/.test(url)) throw new Failure("`DATABASE_URL` must not contain ?, # or %. Change or remove the variable.");
  const path = resolve(shop, url.replace(/^file:(\/\/(?=\/))?/, ""));
  const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory();
  if (isFolder)
    throw new Failure(`\`DATABASE_URL\` must name a file, but ${path} is a folder. Change or remove the variable.`);
  return path;
}
