import { existsSync, readFileSync, realpathSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

/** A package that is installed. */
export interface InstalledPackage {
  /**
   * The folder without symbolic links. With pnpm, the package's dependencies are beside this
   * folder.
   */
  readonly folder: string;
  readonly version: string;
}

/**
 * Finds the last package of a chain of dependencies. For `["prisma", "@prisma/config"]`, this is
 * the `@prisma/config` of the `prisma` that the file would import.
 *
 * The search looks for folders, because `exports` may hide every file that `require.resolve` needs.
 */
export function findPackage(from: string, chain: readonly string[]): InstalledPackage | undefined {
  let file = from;
  let found: InstalledPackage | undefined;
  for (const name of chain) {
    const folders = createRequire(file).resolve.paths(name) ?? [];
    const manifest = folders.map((folder) => join(folder, name, "package.json")).find((path) => existsSync(path));
    if (manifest === undefined) return undefined;
    file = realpathSync(manifest);
    found = { folder: join(file, ".."), version: JSON.parse(readFileSync(file, "utf8")).version };
  }
  return found;
}
