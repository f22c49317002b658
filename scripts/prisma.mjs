#!/usr/bin/env node
// Runs the Prisma CLI without Prisma's download host, everywhere in the same way: `npm run prisma -- migrate status`.
import { prisma } from "./schema-engine/cli.mjs";

const child = prisma(process.argv.slice(2), { stdio: "inherit" });
// The terminal sends Ctrl-C to the CLI as well; what matters is to outlive it and to pass its answer on.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
child.on("exit", (code, signal) => {
  if (!signal) process.exit(code);
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
});
