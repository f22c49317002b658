import { randomBytes } from "node:crypto";
import { constants, existsSync } from "node:fs";
import { access, appendFile, readFile } from "node:fs/promises";
import { dirname } from "node:path";
import { parseEnv } from "node:util";
import { Failure } from "./failure.mjs";

export const cannotWrite = (path) =>
  new Failure(`The demo cannot write to ${path}. Change its owner or its permissions, or use a clone of your own.`);

/**
 * Checks that each path is writable. For a path that does not exist yet, the nearest existing
 * folder above the path must be writable.
 */
export async function checkWritable(paths) {
  for (let path of paths) {
    while (!existsSync(path)) path = dirname(path);
    await access(path, constants.R_OK | constants.W_OK).catch(() => {
      throw cannotWrite(path);
    });
  }
}

/**
 * Reads the variables of an .env file. If no SESSION_SECRET is set, this function adds one to the
 * file, so that sessions survive a restart.
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
