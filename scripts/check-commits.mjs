#!/usr/bin/env node
// Checks the subjects of all commits since this rule was added to the repository.
// Subjects follow Conventional Commits and have at most 72 characters.
import { spawnSync } from "node:child_process";

const CONFIG = "tools/commitlint.config.mjs";

const git = (...args) => spawnSync("git", args, { encoding: "utf8" }).stdout?.trim() ?? "";
const since = git("log", "--diff-filter=A", "--format=%H", "--", CONFIG).split("\n").at(-1);
if (!since) {
  console.log("Skipped the check of commit subjects: this folder has no git history.");
} else {
  const args = ["tools/node_modules/@commitlint/cli/cli.js", "--config", CONFIG, "--from", since, "--to", "HEAD"];
  process.exitCode = spawnSync(process.execPath, args, { stdio: "inherit" }).status ?? 1;
}
