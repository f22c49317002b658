#!/usr/bin/env node
// `node scripts/install.mjs FOLDER`: installs a package of this repository that the two commands do without, unless it is
// installed already. Nothing of it runs install scripts: Prisma's would download engines that are not used.
import { spawnSync } from "node:child_process";
import { resolve } from "node:path";
import { isInstalled } from "./freshness.mjs";

const [folder] = process.argv.slice(2);
if (!(await isInstalled(folder))) {
  console.log(`Installing the packages of ${folder}`);
  // As `npm run` says it, so that this npm is that one. On its own, `npm` is found in the PATH.
  const npm = process.env.npm_execpath;
  const [command, before] = npm ? [process.execPath, [npm]] : ["npm", []];
  const { status } = spawnSync(command, [...before, "ci", "--ignore-scripts", "--no-audit", "--no-fund"], {
    cwd: resolve(folder),
    stdio: "inherit",
  });
  process.exitCode = status ?? 1;
}
