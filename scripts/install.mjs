#!/usr/bin/env node
// `node scripts/install.mjs FOLDER`: installs the packages of a folder, unless they are installed
// already. `npm ci && npm test` does not need these packages. Install scripts do not run, because
// those of Prisma would download engines that are not used.
import { spawnSync } from "node:child_process";
import { resolve } from "node:path";
import { isInstalled } from "./freshness.mjs";

const [folder] = process.argv.slice(2);
if (!(await isInstalled(folder))) {
  console.log(`Installing the packages of ${folder}`);
  // `npm run` sets `npm_execpath`, so both use the same npm. Without it, use the npm in the PATH.
  const npm = process.env.npm_execpath;
  const [command, before] = npm ? [process.execPath, [npm]] : ["npm", []];
  const { status } = spawnSync(command, [...before, "ci", "--ignore-scripts", "--no-audit", "--no-fund"], {
    cwd: resolve(folder),
    stdio: "inherit",
  });
  process.exitCode = status ?? 1;
}
