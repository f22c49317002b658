import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { parseEnv } from "node:util";
import { CommandError, messageOf } from "./command-error.ts";

/**
 * Sets the variables of the `.env` files of a folder, in the order of Next.js. A variable that is
 * already set stays unchanged.
 * https://nextjs.org/docs/app/guides/environment-variables#environment-variable-load-order
 * @throws CommandError if a file cannot be read
 */
export function loadEnvironmentFiles(folder: string): void {
  for (const name of fileNames(process.env.NODE_ENV)) {
    const file = join(folder, name);
    try {
      // A folder may have this name too, such as a virtual environment of Python.
      if (statSync(file, { throwIfNoEntry: false })?.isFile()) load(readFileSync(file, "utf8"));
    } catch (error) {
      throw new CommandError(`${name} cannot be read (${messageOf(error)}). Make it readable, or move it away.`);
    }
  }
}

/** Like process.loadEnvFile, which loses the first variable after a byte order mark. */
function load(text: string): void {
  for (const [name, value] of Object.entries(parseEnv(text.replace(/^\ufeff/, "")))) process.env[name] ??= value;
}

/**
 * Without NODE_ENV, as in a cron job, the command cannot know whether the app is in development or
 * in production.
 */
function fileNames(environment: string | undefined): string[] {
  if (!environment) return [".env.local", ".env"];
  // As in Next.js, tests must give the same result on every machine.
  const local = environment === "test" ? [] : [".env.local"];
  return [`.env.${environment}.local`, ...local, `.env.${environment}`, ".env"];
}
