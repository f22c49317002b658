import { constants } from "node:fs";
import { access, lstat, mkdir, open, readFile } from "node:fs/promises";
import { dirname, relative } from "node:path";
import { CommandError, EXIT, messageOf } from "../command-error.ts";

/** A new file, or text to append to a file. The rest of a file stays unchanged. */
export interface Change {
  /** An absolute path without symbolic links. */
  readonly path: string;
  /** The text of the file as it was read. `undefined` if there is no such file. */
  readonly before: string | undefined;
  readonly added: string;
  /** The part of {@link added} that the diff shows. Default: all. */
  readonly shown?: string;
  /** The permissions of a new file, before the umask. */
  readonly mode?: number;
  /** Throws if what was judged before the question is no longer true. */
  readonly recheck?: () => Promise<void>;
}

/**
 * Text to append to a file, with the line endings of the file. Ends an unfinished last line first.
 */
export function appended(before: string, text: string): string {
  const end = /\r\n/.test(before) ? "\r\n" : "\n";
  const gap = before === "" || /\n$/.test(before) ? "" : end;
  return gap + text.replaceAll("\n", end);
}

/** A unified diff of the changes, without lines of context. */
export function diffOf({ path, before, added, shown = added }: Change, cwd: string): string {
  const name = relative(cwd, path);
  const last = before === undefined || before === "" ? 0 : before.replace(/\n$/, "").split("\n").length;
  const lines = shown.replace(before !== undefined && before !== "" && !before.endsWith("\n") ? /^\r?\n/ : "", "");
  const plus = lines.replace(/\r?\n$/, "").split(/\r?\n/);
  const head = `--- ${before === undefined ? "/dev/null" : name}\n+++ ${name}\n@@ -${last},0 +${last + 1},${plus.length} @@\n`;
  return `${head}${plus.map((line) => `+${line}\n`).join("")}`;
}

/** @throws CommandError if a check before writing shows that the change cannot be written */
export async function checkWritable({ path, before }: Change): Promise<void> {
  const isNew = before === undefined;
  const target = isNew ? await nearestThatExists(dirname(path)) : path;
  const found = await lstat(target);
  if (isNew && !(await isFolder(target))) throw cannotWrite(path, `${target} is not a folder`, EXIT.wrongUse);
  if (!isNew && !found.isFile()) throw cannotWrite(path, "it is not a file", EXIT.wrongUse);
  await access(target, constants.W_OK).catch((error) => {
    throw cannotWrite(path, messageOf(error), EXIT.wrongUse);
  });
}

const isFolder = (path: string) =>
  access(`${path}/.`).then(
    () => true,
    () => false,
  );

async function nearestThatExists(folder: string): Promise<string> {
  const exists = await lstat(folder).then(
    () => true,
    () => false,
  );
  return exists || dirname(folder) === folder ? folder : nearestThatExists(dirname(folder));
}

/** @throws CommandError if the file changed since it was read, or cannot be written */
export async function write({ path, before, added, mode = 0o666 }: Change): Promise<void> {
  try {
    if (before === undefined) {
      await mkdir(dirname(path), { recursive: true });
      await writeTo(path, constants.O_CREAT | constants.O_EXCL, added, mode);
      return;
    }
    if ((await readFile(path, "utf8")) !== before) throw new Error("it has changed in the meantime");
    // A symbolic link may have replaced the file: do not follow it. Windows lacks this flag.
    await writeTo(path, constants.O_APPEND | (constants.O_NOFOLLOW ?? 0), added, mode);
  } catch (error) {
    throw cannotWrite(path, messageOf(error), EXIT.failed);
  }
}

async function writeTo(path: string, flags: number, text: string, mode: number): Promise<void> {
  const file = await open(path, constants.O_WRONLY | flags, mode);
  try {
    await file.writeFile(text);
  } finally {
    await file.close();
  }
}

const cannotWrite = (path: string, reason: string, exitCode: number) =>
  new CommandError(`Cannot write ${path} because ${reason}. Make it writable, and run the command again.`, exitCode);
