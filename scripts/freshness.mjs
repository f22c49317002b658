// Checks whether built files are up to date. A needless build would replace files that a running
// demo uses.
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const inRoot = (name) => fileURLToPath(new URL(`../${name}`, import.meta.url));

/** The last file that the build of the package writes. */
export const builtPackage = inRoot("dist/stubs/testing.js");

const PACKAGE_SOURCES = ["src", "scripts/build", "tsdown.config.ts", "tsconfig.json", "package.json"].map(inRoot);

export const isPackageFresh = () => isFresh(builtPackage, PACKAGE_SOURCES);

/**
 * Whether the installed packages of a folder are those of its lock file. The folder is relative to
 * the root.
 */
export const isInstalled = (folder) =>
  isFresh(inRoot(`${folder}/node_modules/.package-lock.json`), [inRoot(`${folder}/package-lock.json`)]);

/**
 * Whether a file is newer than all its sources. A source is a file, or a folder with its contents.
 */
export async function isFresh(target, sources) {
  const made = await newest(target);
  const changed = await Promise.all(sources.map(newest));
  return made > Math.max(...changed);
}

/** The last modification of a file, or of any file in a folder. 0 if the path does not exist. */
async function newest(path) {
  const info = await stat(path).catch(() => undefined);
  if (!info?.isDirectory()) return info?.mtimeMs ?? 0;
  const inside = await Promise.all((await readdir(path)).map((name) => newest(join(path, name))));
  return Math.max(info.mtimeMs, ...inside); // the folder's own time changes when a file is deleted
}
