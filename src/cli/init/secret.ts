import { randomBytes } from "node:crypto";
import { lstat, readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseEnv } from "node:util";
import { appended, type Change } from "./change.ts";
import { type GitState, gitState } from "./git.ts";

const NAME = "SESSION_SECRET";
const MIN_LENGTH = 32;
/** The files where Next.js finds a secret in development. */
const FILES = [".env.development.local", ".env.local", ".env.development", ".env"];

/** The planned change for the secret, and a note for the user. */
export interface SecretPlan {
  readonly change?: Change;
  readonly note?: string;
}

/**
 * Plans a secret in `.env`. `init` writes a secret only if `.env` is a file of its own and git keeps
 * it out of commits.
 * @param environment The variables that are already set, without those of `.env`.
 */
export async function planSecret(cwd: string, environment: NodeJS.ProcessEnv): Promise<SecretPlan> {
  const existing = await existingSecret(cwd, environment);
  if (existing) {
    if (existing.length >= MIN_LENGTH) return {};
    const what = existing.length === 0 ? "empty" : `shorter than ${MIN_LENGTH} characters`;
    return { note: `${NAME} in ${existing.place} is ${what}. Replace it by what this prints:\n  ${MAKE}` };
  }
  const path = join(cwd, ".env");
  const found = await lstat(path).catch(() => undefined);
  if (found && !found.isFile()) return byHand(`.env is ${found.isSymbolicLink() ? "a symbolic link" : "no file"}`);
  const state = await gitState(path);
  if (state !== "ignored" && state !== "no repository") return byHand(REASONS[state], await elsewhere(cwd));

  const before = found && (await readFile(path, "utf8"));
  // PowerShell writes UTF-16 by default.
  if (before?.includes("\0")) return byHand(".env is no text in UTF-8");
  const secret = randomBytes(32).toString("base64url");
  const added = appended(before ?? "", `${NAME}=${secret}\n`);
  const shown = added.replace(secret, "(a new secret, not shown)");
  const isOpen = found && process.platform !== "win32" && (found.mode & 0o077) !== 0;
  const mode = (found?.mode ?? 0) & 0o777;
  return {
    change: { path, before, added, shown, mode: 0o600 },
    ...(isOpen && {
      note: `Other users of this machine can read .env (mode ${mode.toString(8)}). To change that: chmod 600 .env`,
    }),
  };
}

const REASONS: Record<Exclude<GitState, "ignored" | "no repository">, string> = {
  tracked: "git tracks .env",
  "not ignored": "git does not ignore .env",
  unknown: "git does not tell whether it ignores .env",
};

const MAKE = `node -p 'require("crypto").randomBytes(32).toString("base64url")'`;

/** Next.js reads `.env.local` too, and new apps ignore it. */
const elsewhere = async (cwd: string) =>
  (await gitState(join(cwd, ".env.local"))) === "ignored" ? ".env.local" : undefined;

function byHand(reason: string, ignored?: string): SecretPlan {
  const into = ignored ? `, for example to ${ignored}, which git ignores` : " where no commit can get it";
  const line = `echo "${NAME}=$(${MAKE})"${ignored ? ` >> ${ignored}` : ""}`;
  return { note: `No secret was written because ${reason}. Add one yourself${into}. This makes the line:\n  ${line}` };
}

async function existingSecret(cwd: string, environment: NodeJS.ProcessEnv) {
  if (environment[NAME] !== undefined) return { place: "the environment", length: environment[NAME].length };
  for (const name of FILES) {
    const text = await readFile(join(cwd, name), "utf8").catch(() => "");
    const value = parseEnv(text)[NAME];
    if (value !== undefined) return { place: name, length: value.length };
  }
  return undefined;
}
