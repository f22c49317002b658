import { statSync } from "node:fs";
import { join } from "node:path";
import { CommandError, messageOf } from "./command-error.ts";

/** Sets what `.env.local` and `.env` of a folder say, in Next.js's order: what is set already wins. */
export function loadEnvironmentFiles(folder: string): void {
  for (const name of [".env.local", ".env"]) {
    const file = join(folder, name);
    // A folder may have that name too: a virtual environment of Python.
    if (!statSync(file, { throwIfNoEntry: false })?.isFile()) continue;
    try {
      process.loadEnvFile(file);
    } catch (error) {
      throw new CommandError(`${name} cannot be read (${messageOf(error)}). Make it readable, or move it away.`);
    }
  }
}
