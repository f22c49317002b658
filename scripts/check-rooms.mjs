#!/usr/bin/env node
// Checks the boundaries between the rooms of src/ (tools/dependency-cruiser.cjs). If
// dependency-cruiser cannot use the installed TypeScript, it reads no module and finds no problem.
// So this script also fails if a file of src/ was not read.
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

const CRUISER = "tools/node_modules/dependency-cruiser/bin/dependency-cruise.mjs";
const ARGUMENTS = ["--config", "tools/dependency-cruiser.cjs", "--output-type", "json", "src"];

const cwd = fileURLToPath(new URL("..", import.meta.url));
const options = { cwd, encoding: "utf8", maxBuffer: 2 ** 28, stdio: ["ignore", "pipe", "inherit"] };
const { modules, summary } = JSON.parse(spawnSync(process.execPath, [CRUISER, ...ARGUMENTS], options).stdout);

const files = readdirSync(new URL("../src", import.meta.url), { recursive: true }).filter((name) => /\.ts$/.test(name));
const read = new Set(modules.map(({ source }) => source));
const unread = files.map((name) => `src/${name.replaceAll("\\", "/")}`).filter((path) => !read.has(path));

const problems = summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} -> ${to}`);
if (files.length === 0 || unread.length > 0) {
  problems.push(
    `dependency-cruiser read ${files.length - unread.length} of the ${files.length} files of src/. ` +
      "It supports only some versions of TypeScript: see `supportedTranspilers` of its package.json. " +
      "Install the version of tools/package.json: `npm ci --prefix tools`.",
  );
}
if (problems.length > 0) {
  console.error(problems.join("\n"));
  process.exitCode = 1;
} else {
  console.log(
    `The rooms of src/ keep their boundaries: ${files.length} files, ${summary.totalDependenciesCruised} imports.`,
  );
}
