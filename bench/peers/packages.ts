import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const require = createRequire(new URL("package.json", import.meta.url));
const prisma8 = createRequire(new URL("../../test/prisma-8/postgresql/package.json", import.meta.url));

/** A package of bench/peers/package.json. Their types are not there if they are not installed. */
export const requirePeer = (name: string) => require(name);

export const resolvePeer = (path: string): string => require.resolve(path);

export const versionOf = (name: string): string => versionIn(require, name);
export const prisma8Version = (): string => versionIn(prisma8, "@prisma/orm-postgres");

/** A module of the Prisma 8 that `npm run test:prisma-8` installs. */
export const importPrisma8 = (name: string) => import(pathToFileURL(prisma8.resolve(name)).href);

/** Finds a version without `exports`: many packages do not export their package.json. */
function versionIn({ resolve }: NodeJS.Require, name: string): string {
  for (const folder of resolve.paths(name) ?? []) {
    try {
      return require(`${folder}/${name}/package.json`).version;
    } catch {}
  }
  throw new Error(`${name} is not installed. Run "npm run bench:peers".`);
}
