import { readFile } from "node:fs/promises";
import { CommandError, EXIT, messageOf } from "./command-error.ts";
import { COMMANDS } from "./commands.ts";
import { helpOf, helpOfAll } from "./help.ts";
import type { Host } from "./host.ts";
import { parseCommandLine } from "./parse-command-line.ts";

/**
 * Runs the command `prisma-db-session`.
 * @param args The command line, without the program's name.
 * @returns the exit code
 */
export async function run(args: readonly string[], host: Host): Promise<number> {
  try {
    const line = parseCommandLine(COMMANDS, args);
    if (line.kind === "run") return await line.command.run(line.values, host);
    if (line.kind === "version") host.stdout.write(`${await version()}\n`);
    else host.stdout.write(line.command ? helpOf(line.command) : helpOfAll(COMMANDS));
    return EXIT.done;
  } catch (error) {
    // Do not print the error itself: its properties may contain the URL of the database with the
    // password.
    host.stderr.write(`prisma-db-session: ${messageOf(error)}.\n`);
    return error instanceof CommandError ? error.exitCode : EXIT.wrongUse;
  }
}

async function version(): Promise<string> {
  return JSON.parse(await readFile(new URL("../../package.json", import.meta.url), "utf8")).version;
}
