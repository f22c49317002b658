import { extname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { CommandError } from "./command-error.ts";
import { findPackage } from "./find-package.ts";

/** The exports of a module by name. */
export type Exports = Readonly<Record<string, unknown>>;

type Importer = (path: string) => Promise<Exports>;

/** Where a project may have jiti: as a dependency of its own, or of the Prisma CLI. */
const WAYS_TO_JITI = [["jiti"], ["prisma", "@prisma/config", "c12", "jiti"]];

/**
 * Node.js itself loads Prisma and the drivers, not jiti. If jiti transforms the client's CommonJS,
 * the client throws a TypeError instead of each database error. And the app and the adapter must
 * share one copy of a driver, so that global settings of the driver apply.
 */
const NATIVE = ["@prisma", ".prisma", "@libsql", "@neondatabase", "@planetscale", "better-sqlite3", "mariadb", "pg"];

/** A module without code. */
const EMPTY_MODULE = fileURLToPath(new URL("../../package.json", import.meta.url));

/**
 * Imports a JavaScript or TypeScript file of an app, with the tools that the app has installed.
 * Errors of the file itself are thrown unchanged.
 * @throws CommandError if no tool can load TypeScript
 */
export async function importFile(path: string): Promise<Exports> {
  return importerFor(path)(path);
}

function importerFor(path: string): Importer {
  const extension = extname(path);
  if ([".mjs", ".cjs"].includes(extension)) return nativeImport;
  // Needed for .js too: in a Next.js app, such a file may import a TypeScript client, path aliases,
  // and files without their extensions.
  const importer = jitiImport(path) ?? tsxImport(path);
  if (importer) return importer;
  if (extension === ".js" || stripsTypes()) return nativeImport;
  throw new CommandError(
    `Cannot load ${path} because Node.js ${process.versions.node} does not load TypeScript, and jiti 2 is not installed. ` +
      "Update the Prisma CLI, which brings jiti, or run `npm install --save-dev jiti`.",
  );
}

/** True on Node.js 22.18 and newer. The types of Node.js 20 lack this property. */
const stripsTypes = () => Boolean(Reflect.get(process.features, "typescript"));

const nativeImport: Importer = (path) => import(pathToFileURL(path).href);

/**
 * Prisma's generated clients and Next.js apps import files without extensions, and use the aliases
 * of tsconfig.json. Node.js itself supports neither.
 */
function jitiImport(path: string): Importer | undefined {
  const [jiti] = WAYS_TO_JITI.map((chain) => findPackage(path, chain))
    .filter((found) => found !== undefined && Number.parseInt(found.version, 10) >= 2) // Tailwind CSS 3 brings jiti 1
    .sort((a, b) => compareVersions(b?.version, a?.version));
  if (!jiti) return undefined;
  return async (file) => {
    const { createJiti } = await nativeImport(join(jiti.folder, "lib/jiti.mjs"));
    const loader = (createJiti as CreateJiti)(file, {
      tsconfigPaths: true,
      nativeModules: NATIVE,
      // `server-only` throws unless a bundler for React's server replaces it.
      alias: { "server-only": EMPTY_MODULE },
      fsCache: false, // a cron job must leave no files, and must not trust a shared folder
    });
    return loader.import(file);
  };
}

type CreateJiti = (id: string, options: object) => { import(path: string): Promise<Exports> };

function tsxImport(path: string): Importer | undefined {
  const tsx = findPackage(path, ["tsx"]);
  if (!tsx) return undefined;
  return async (file) => {
    process.env.TSX_DISABLE_CACHE ??= "1"; // as with jiti: other users may write to tsx's cache folder
    const { tsImport } = await nativeImport(join(tsx.folder, "dist/esm/api/index.mjs"));
    return (tsImport as (specifier: string, parent: string) => Promise<Exports>)(pathToFileURL(file).href, file);
  };
}

const compareVersions = (a = "", b = "") => a.localeCompare(b, "en", { numeric: true });
