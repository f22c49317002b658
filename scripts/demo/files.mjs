import { randomBytes } from "node:crypto";
import { constants, existsSync } from "node:fs";
import { access, appendFile, readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { parseEnv } from "node:util";
import { Failure } from "./failure.mjs";

/** Those of the paths that exist must be writable. */
export async function checkWritable(paths) {
  for (const path of paths.filter(existsSync)) {
    await access(path, constants.R_OK | constants.W_OK).catch(() => {
      throw new Failure(
        `The demo cannot write to ${path}. Change its owner or its rights, or use a clone of your own.`,
      );
    });
  }
}

/**
 * The variables in an .env file, which gets a SESSION_SECRET if none is set, so that sessions outlive a restart.
 *
 * @returns {Promise<Record<string, string>>}
 */
export async function readEnv(path) {
  const text = existsSync(path) ? await readFile(path, "utf8") : "";
  const env = parseEnv(text);
  if (env.SESSION_SECRET || process.env.SESSION_SECRET) return env;
  env.SESSION_SECRET = randomBytes(32).toString("base64url");
  const separator = text === "" || text.endsWith("\n") ? "" : "\n";
  await appendFile(path, `${separator}SESSION_SECRET=${env.SESSION_SECRET}\n`, { mode: 0o600 });
  return env;
}

/** Whether a file is newer than everything that it was made from (files, and folders with all that is in them). */
export async function isFresh(target, sources) {
  const made = await newest(target);
  const changed = await Promise.all(sources.map(newest));
  return made > Math.max(...changed);
}

/** When something in it was last modified; 0 for what is not there. */
async function newest(path) {
  const info = await stat(path).catch(() => undefined);
  if (!info?.isDirectory()) return info?.mtimeMs ?? 0;
  const inside = await Promise.all((await readdir(path)).map((name) => newest(join(path, name))));
  return Math.max(info.mtimeMs, ...inside); // the folder's own time changes when a file goes
}
