import { existsSync, readFileSync, realpathSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

/** A package that is installed. */
export interface InstalledPackage {
  /** Its real folder: with pnpm what it depends on lies beside that, and not beside the link to it. */
  readonly folder: string;
  readonly version: string;
}

/**
 * Finds what each of a chain of packages has as its dependency: `["prisma", "@prisma/config"]` is the `@prisma/config` of the `prisma` that
 * a file would get. By its folder, since `exports` may hide everything by which `require.resolve` could find a package.
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
