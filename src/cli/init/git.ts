import { execFile } from "node:child_process";
import { stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

/**
 * Whether git keeps a file out of commits: `ignored`; `no repository`, if there is none; otherwise
 * `tracked`, `not ignored`, or `unknown` if git does not tell.
 */
export type GitState = "ignored" | "no repository" | "tracked" | "not ignored" | "unknown";

export async function gitState(path: string): Promise<GitState> {
  if (!(await isInRepository(dirname(path)))) return "no repository";
  const tracked = await git(path, ["ls-files", "--error-unmatch"]);
  if (tracked === 0) return "tracked";
  const ignored = await git(path, ["check-ignore", "--quiet"]);
  // 128, or no git at all: an owner that git does not trust, for example.
  if (tracked !== 1 || ![0, 1].includes(ignored)) return "unknown";
  return ignored === 0 ? "ignored" : "not ignored";
}

/** Also without git: then another machine may commit the file. */
async function isInRepository(folder: string): Promise<boolean> {
  if (process.env.GIT_DIR) return true;
  const found = await stat(join(folder, ".git")).catch(() => undefined);
  if (found) return true;
  return dirname(folder) === folder ? false : isInRepository(dirname(folder));
}

/** The exit code; -1 if git cannot be run. */
function git(path: string, args: readonly string[]): Promise<number> {
  return new Promise((resolve) => {
    const child = execFile("git", [...args, "--", basename(path)], { cwd: dirname(path) }, () => {});
    child.on("error", () => resolve(-1));
    child.on("close", (code) => resolve(code ?? -1));
  });
}
