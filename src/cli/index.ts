#!/usr/bin/env node
// The command `prisma-db-session`.
import { terminalAsk } from "./ask.ts";
import { EXIT, messageOf } from "./command-error.ts";
import { run } from "./run.ts";

// Standard output holds only the result. So the output of the user's modules, such as dotenv and
// Prisma's log, goes to standard error.
const write = process.stdout.write.bind(process.stdout);
process.stdout.write = process.stderr.write.bind(process.stderr);
// The reader may close the stream, as `head` does. The command must still finish its work.
for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});

const exitWithError = (paragraph: string) =>
  process.stderr.write(`prisma-db-session: ${paragraph}\n`, () => process.exit(EXIT.wrongUse));
// Node.js would print all properties of the error. The error of a pool contains the password.
process.on("uncaughtException", (error) =>
  exitWithError(
    `Your modules threw an error that was not caught: ${messageOf(error)}. Fix it, and run the command again.`,
  ),
);
// Otherwise Node.js would exit with code 13 and no helpful message.
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
// A pool or a timer of the user's module may still be open. The callback runs when the output is
// written to the pipe.
write("", () => process.exit(exitCode));
