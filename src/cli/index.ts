#!/usr/bin/env node
// The command `prisma-db-session`.
import { terminalAsk } from "./ask.ts";
import { EXIT, messageOf } from "./command-error.ts";
import { run } from "./run.ts";

// Standard output has the result alone. So what the user's modules print (dotenv and Prisma's log
// do) goes to standard error.
const write = process.stdout.write.bind(process.stdout);
process.stdout.write = process.stderr.write.bind(process.stderr);
// The reader may close the stream, as `head` does. That must not stop the work in the middle.
for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});

const exitWithError = (paragraph: string) =>
  process.stderr.write(`prisma-db-session: ${paragraph}\n`, () => process.exit(EXIT.wrongUse));
// Node.js would print all properties of the error. The error of a pool has the password.
process.on("uncaughtException", (error) =>
  exitWithError(
    `Your modules threw an error that was not caught: ${messageOf(error)}. Fix it, and run the command again.`,
  ),
);
// Otherwise Node.js would end with the exit code 13, and say nothing that helps.
process.once("beforeExit", () =>
  exitWithError(
    "The command cannot finish because a promise never settles. Check what the file of your client awaits at its top level.",
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
// A pool or a timer of the user's module may still be open. The callback is called when a pipe has
// the text.
write("", () => process.exit(exitCode));
