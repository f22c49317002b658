#!/usr/bin/env node
// `node test/prisma-8/prisma.mjs COMMAND...`: a command of Prisma 8 for the project in the current folder, such as
// `contract emit` or `migration plan --name session`. The package `prisma@8` has the same commands, and weighs 1.1 GB more.
import { createCli } from "@prisma/cli-engine";
import { loadOrmConfig, ormCommandFamily } from "@prisma/orm-toolchain/cli";

const groups = ["contract", "db", "migration", "migration ref", "orm"].map((brief) => [brief, { brief }]);
const cli = createCli({
  name: "prisma",
  version: "8",
  commandFamilies: [ormCommandFamily],
  groups: Object.fromEntries(groups),
  commands: ormCommandFamily.commands,
});
const { stdin, stdout, stderr, env } = process;
const cwd = process.cwd();
process.exitCode = await cli.run(process.argv.slice(2), {
  stdin,
  stdout,
  stderr,
  env,
  cwd,
  isTty: {},
  exit: process.exit,
  onSignal: () => () => {},
  loadConfig: (configPath) => loadOrmConfig({ cwd, configPath }),
});
