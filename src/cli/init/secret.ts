import { randomBytes } from "node:crypto";
import { lstat, readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseEnv } from "node:util";
import { CommandError, EXIT } from "../command-error.ts";
import { appended, type Change } from "./change.ts";
import { type GitState, gitState } from "./git.ts";

const NAME = "SESSION_SECRET";
const LIKE_A_SECRET = /^\s*(?:export\s+)?SESSION_SECRET(?![\w.-])/m;
const MIN_LENGTH = 32;
/** The files where Next.js finds a secret in development. */
const FILES = [".env.development.local", ".env.local", ".env.development", ".env"];

/** The planned change for the secret, and a note for the user. */
export interface SecretPlan {
  readonly change?: Change;
  readonly note?: string;
}

/**
 * Plans a secret in `.env`. `init` writes a secret only if `.env` is a file of its own and git
 * keeps it out of commits.
 * @param environment The variables that are already set, without those of `.env`.
 */
export async function planSecret(cwd: string, environment: NodeJS.ProcessEnv): Promise<SecretPlan> {
  const existing = await existingSecret(cwd, environment);
  if (existing) {
    if (existing.length === undefined) {
      return {
        note: `${existing.place} may hold a ${NAME} already, in a form that only Next.js reads. No secret was written. Check this line yourself.`,
      };
    }
    if (existing.length >= MIN_LENGTH) return {};
    const what = existing.length === 0 ? "empty" : `shorter than ${MIN_LENGTH} characters`;
    return { note: `${NAME} in ${existing.place} is ${what}. Replace it by what this prints:\n  ${MAKE}` };
  }
  const path = join(cwd, ".env");
  const found = await lstat(path).catch(() => undefined);
  if (found && !found.isFile()) return byHand(`.env is ${found.isSymbolicLink() ? "a symbolic link" : "not a file"}`);
  const state = await gitState(path);
  if (isOpenToCommits(state)) return byHand(REASONS[state], await elsewhere(cwd));

  const before = found && (await readFile(path, "utf8"));
  // PowerShell writes UTF-16 by default.
  if (before?.includes("\0")) return byHand(".env is not a text file in UTF-8");
  const secret = randomBytes(32).toString("base64url");
  const added = appended(before ?? "", `${NAME}=${secret}\n`);
  const shown = added.replace(secret, "(a new secret, not shown)");
  const isOpen = found && process.platform !== "win32" && (found.mode & 0o077) !== 0;
  const mode = (found?.mode ?? 0) & 0o777;
  const notes = [
    ...(isOpen
      ? [`Other users of this machine can read .env (mode ${mode.toString(8)}). To change that: chmod 600 .env`]
      : []),
    ...(state === "no repository" && !(await willBeIgnored(cwd))
      ? ["This folder is not in a git repository. Add .env to a .gitignore file before you make one."]
      : []),
  ];
  return {
    change: { path, before, added, shown, mode: 0o600, recheck: () => recheck(path, found && mode) },
    ...(notes.length > 0 && { note: notes.join("\n\n") }),
  };
}

type OpenState = Exclude<GitState, "ignored" | "no repository">;

const isOpenToCommits = (state: GitState): state is OpenState => state !== "ignored" && state !== "no repository";

/**
 * The question may wait for a long time. @throws CommandError if git or the mode of the file has
 * changed since then
 */
async function recheck(path: string, mode: number | undefined): Promise<void> {
  const state = await gitState(path);
  const found = await lstat(path).catch(() => undefined);
  const isMoreOpen = found && mode !== undefined && (found.mode & 0o077 & ~mode) !== 0;
  const reason = isOpenToCommits(state) ? REASONS[state] : isMoreOpen ? "more users can read the file now" : undefined;
  if (reason === undefined) return;
  throw new CommandError(
    `Cannot write a secret to .env because ${reason}. Run the command again to see what changes.`,
    EXIT.failed,
  );
}

/** Whether a repository that is made later ignores `.env`. Only git itself reads every pattern. */
async function willBeIgnored(cwd: string): Promise<boolean> {
  const text = await readFile(join(cwd, ".gitignore"), "utf8").catch(() => "");
  return /^(\/?(\*\*\/)?\.env\*?|\*)[ \t]*\r?$/m.test(text);
}

const REASONS: Record<OpenState, string> = {
  tracked: "git tracks .env",
  "not ignored": "git does not ignore .env",
  unknown: "git does not tell whether it ignores .env",
};

const MAKE = `node -p 'require("crypto").randomBytes(32).toString("base64url")'`;

/** The last line of the file may have no line break. In these quotes, it works in every shell. */
const append = (name: string) =>
  `node -e "require('fs').appendFileSync('${name}', '\\n${NAME}=' + require('crypto').randomBytes(32).toString('base64url') + '\\n', { mode: 0o600 })"`;

/** Next.js reads `.env.local` too, and new apps ignore it. */
const elsewhere = async (cwd: string) =>
  (await gitState(join(cwd, ".env.local"))) === "ignored" ? ".env.local" : undefined;

function byHand(reason: string, ignored?: string): SecretPlan {
  const into = ignored ? `, for example to ${ignored}, which git ignores` : " where no commit can get it";
  const does = ignored
    ? `This appends the line to ${ignored}, and makes a new file readable only by you:`
    : "This makes the line:";
  const line = ignored ? append(ignored) : `echo "${NAME}=$(${MAKE})"`;
  return { note: `No secret was written because ${reason}. Add one yourself${into}. ${does}\n  ${line}` };
}

async function existingSecret(cwd: string, environment: NodeJS.ProcessEnv) {
  if (environment[NAME] !== undefined) return { place: "the environment", length: environment[NAME].length };
  for (const name of FILES) {
    const text = await readFile(join(cwd, name), "utf8").catch(() => "");
    const value = parseEnv(text)[NAME];
    if (value !== undefined) return { place: name, length: value.length };
    // Next.js also reads what parseEnv does not: after a byte order mark, with a colon, with CR
    // alone.
    if (LIKE_A_SECRET.test(text)) return { place: name, length: undefined };
  }
  return undefined;
}
