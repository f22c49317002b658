#!/usr/bin/env node
// Runs the Prisma CLI without Prisma's download host: `npm run prisma -- migrate status`.
import { prisma } from "./schema-engine/cli.mjs";

const child = prisma(process.argv.slice(2), { stdio: "inherit" });
// The terminal sends Ctrl-C to the CLI too. This process must wait for the CLI and exit the same
// way.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
child.on("exit", (code, signal) => {
  if (!signal) process.exit(code);
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
});
