#!/usr/bin/env node
// The command `prisma-db-session`.
import { run } from "./run.ts";

// What the user's modules print (dotenv and Prisma's log do) goes to standard error: standard output has the result alone.
const write = process.stdout.write.bind(process.stdout);
process.stdout.write = process.stderr.write.bind(process.stderr);

const exitCode = await run(process.argv.slice(2), {
  stdout: { write: (text) => write(text) },
  stderr: process.stderr,
  cwd: process.cwd,
  on: (signal, listener) => process.on(signal, listener),
  off: (signal, listener) => process.off(signal, listener),
  exit: process.exit,
});
// A pool or a timer of the user's module may still be open. A pipe takes what was written before the callback is called.
write("", () => process.exit(exitCode));
