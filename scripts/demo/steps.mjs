// What has to happen before the shop can open. A step that finds its work done says so by `false`: so a second start is quick, and
// does not build anew what a first one is still running on.
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
/** What the build said. */
const [stamp] = inShop(".next/demo");

const prismaCli = join(root, "scripts/prisma.mjs");
/** The script that a package gives as its command. */
function bin(name) {
  const file = require.resolve(`${name}/package.json`);
  const { bin: bins } = require(file);
  return resolve(file, "..", typeof bins === "string" ? bins : bins[name]);
}

/** Of the shop, where none is set. */
export const DATABASE_URL = "file:./shop.db";

export const nextCli = () => bin("next");

export const outputs = [
  root,
  shop,
  ...inRoot("dist"),
  ...inShop("generated", "generated/prisma", ".next", ".env.local"),
];

export function checkInstalled() {
  if (!existsSync(join(root, "node_modules/next"))) throw new Failure("The packages are missing. Run: npm ci");
}

export async function buildPackage(env) {
  if (await isPackageFresh()) return false;
  await tool("The package could not be built.", inRoot("scripts/build.mjs"), { cwd: root, env });
}

export async function generateClient(env) {
  if (await isFresh(client, [...inShop("prisma/schema.prisma"), lockfile])) return false;
  await tool("Prisma's client could not be generated.", [prismaCli, "generate"], { cwd: shop, env });
}

const MIGRATION_PROBLEMS = { P3005: "it holds other tables", P3009: "an earlier migration of it failed half-way" };

/** A database that cannot be migrated is no fault of the repository's, so it gets a line of its own. */
export async function migrate(env) {
  const { code, output } = await run([prismaCli, "migrate", "deploy"], { cwd: shop, env });
  if (code === 0) return;
  const error = /^Error: *(.+)$/m.exec(output)?.[1];
  if (!error) throw failure("The database could not be migrated.", output);
  const advice =
    env.DATABASE_URL === DATABASE_URL
      ? "Delete the file, and the demo makes a new one."
      : "Set DATABASE_URL to another file that the demo may make, or leave it out.";
  throw new Failure(
    `The database ${databasePath(env.DATABASE_URL)} cannot be used: ${MIGRATION_PROBLEMS[error] ?? error}. ${advice}`,
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
  const output = await tool("The shop could not be built.", [nextCli(), "build"], { cwd: shop, env });
  await writeFile(stamp, output); // only now: a build that fails leaves files as well
}

async function tool(problem, args, options) {
  const { code, output } = await run(args, options);
  if (output.includes("Another next build process is already running")) {
    throw new Failure("The shop is being built by another demo. Start this one when that is done.");
  }
  if (code !== 0) throw failure(problem, output);
  return output;
}

/** Where a tool was stopped by the rights of a file, that is the line to show. */
function failure(problem, output) {
  const path = /\b(?:EACCES|EPERM|EROFS)\b.* '(.+?)'/.exec(output)?.[1];
  return path ? cannotWrite(path) : new Failure(problem, output);
}

/** The file of a `file:` URL. A relative one counts from the folder of the shop, in which every step runs. */
export function databasePath(url) {
  if (!url.startsWith("file:")) {
    throw new Failure('The demo keeps its data in SQLite, and DATABASE_URL does not begin with "file:". Leave it out.');
  }
  if (/[?#%]/.test(url)) throw new Failure("The demo takes no DATABASE_URL with ?, # or % in it. Leave it out.");
  const path = resolve(shop, url.replace(/^file:(\/\/(?=\/))?/, ""));
  const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory();
  if (isFolder) throw new Failure(`The DATABASE_URL names a folder, ${path}. Name a file in it, or leave it out.`);
  return path;
}
