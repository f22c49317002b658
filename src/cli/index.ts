#!/usr/bin/env node
// The command `prisma-db-session`.
import { terminalAsk } from "./ask.ts";
import { EXIT, messageOf } from "./command-error.ts";
import { run } from "./run.ts";

// What the user's modules print (dotenv and Prisma's log do) goes to standard error: standard output has the result alone.
const write = process.stdout.write.bind(process.stdout);
process.stdout.write = process.stderr.write.bind(process.stderr);
// Whoever reads may go away, as `head` does: that is no reason to stop in the middle of the work.
for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});

const giveUp = (paragraph: string) =>
  process.stderr.write(`prisma-db-session: ${paragraph}\n`, () => process.exit(EXIT.wrongUse));
// Node.js would print all that the error has, and the error of a pool has its password.
process.on("uncaughtException", (error) =>
  giveUp(`Your modules threw what nobody caught: ${messageOf(error)}. Mend that, and run the command again.`),
);
// Otherwise Node.js would end with the exit code 13, and without a word that helps.
process.once("beforeExit", () =>
  giveUp(
    "The work is not done, but waits for what never comes. See what the file of your client awaits at its top level.",
  ),
);

const exitCode = await run(process.argv.slice(2), {
  stdout: { write: (text) => write(text) },
  stderr: process.stderr,
  cwd: process.cwd,
  on: (signal, listener) => process.on(signal, listener),
  off: (signal, listener) => process.off(signal, listener),
  exit: process.exit,
  ask: terminalAsk(process),
});
// A pool or a timer of the user's module may still be open. A pipe takes what was written before the callback is called.
write("", () => process.exit(exitCode));
