// What was built need not be built again: a second build would take away what a demo that is open runs on.
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const inRoot = (name) => fileURLToPath(new URL(`../${name}`, import.meta.url));

/** The last file of the package that its build writes. */
export const builtPackage = inRoot("dist/stubs/testing.js");

const PACKAGE_SOURCES = ["src", "scripts/build", "tsdown.config.ts", "tsconfig.json", "package.json"].map(inRoot);

export const isPackageFresh = () => isFresh(builtPackage, PACKAGE_SOURCES);

/** Whether the packages of a folder, counted from the root, are those of its lock file. */
export const isInstalled = (folder) =>
  isFresh(inRoot(`${folder}/node_modules/.package-lock.json`), [inRoot(`${folder}/package-lock.json`)]);

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
