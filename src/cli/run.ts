import { readFile } from "node:fs/promises";
import { clearExpiredCommand } from "./clear-expired-command.ts";
import { CommandError, EXIT, messageOf } from "./command-error.ts";
import { parseCommandLine, USAGE } from "./command-line.ts";
import type { Host } from "./host.ts";

/**
 * Runs the command `prisma-db-session`.
 * @param args The command line, without the program's name.
 * @returns the exit code
 */
export async function run(args: readonly string[], host: Host): Promise<number> {
  try {
    const line = parseCommandLine(args);
    if (line.command === "clear-expired") return await clearExpiredCommand(line, host);
    host.stdout.write(line.command === "help" ? USAGE : `${await version()}\n`);
    return EXIT.done;
  } catch (error) {
    // Never the error itself: what Node.js shows of one may hold the URL of the database, with its password.
    host.stderr.write(`prisma-db-session: ${messageOf(error)}.\n`);
    return error instanceof CommandError ? error.exitCode : EXIT.wrongUse;
  }
}

async function version(): Promise<string> {
  return JSON.parse(await readFile(new URL("../../package.json", import.meta.url), "utf8")).version;
}
