import { execFile } from "node:child_process";
import { stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

/**
 * Whether git keeps a file out of commits. `ignored` and `no repository` are safe. `tracked` and
 * `not ignored` are not. `unknown` if git gives no answer.
 */
export type GitState = "ignored" | "no repository" | "tracked" | "not ignored" | "unknown";

export async function gitState(path: string): Promise<GitState> {
  if (!(await isInRepository(dirname(path)))) return "no repository";
  const tracked = await git(path, ["ls-files", "--error-unmatch"]);
  if (tracked === 0) return "tracked";
  const ignored = await git(path, ["check-ignore", "--quiet"]);
  // 128, or git is missing. For example, git does not trust the owner of the folder.
  if (tracked !== 1 || ![0, 1].includes(ignored)) return "unknown";
  return ignored === 0 ? "ignored" : "not ignored";
}

/** Works without git too, because another machine may have git and commit the file. */
async function isInRepository(folder: string): Promise<boolean> {
  if (process.env.GIT_DIR) return true;
  const found = await stat(join(folder, ".git")).catch(() => undefined);
  if (found) return true;
  return dirname(folder) === folder ? false : isInRepository(dirname(folder));
}

/** The exit code. -1 if git cannot run. */
function git(path: string, args: readonly string[]): Promise<number> {
  return new Promise((resolve) => {
    const child = execFile("git", [...args, "--", basename(path)], { cwd: dirname(path) }, () => {});
    child.on("error", () => resolve(-1));
    child.on("close", (code) => resolve(code ?? -1));
  });
}
