import { extname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { CommandError } from "./command-error.ts";
import { findPackage } from "./find-package.ts";

/** What a module exports, by name. */
export type Exports = Readonly<Record<string, unknown>>;

type Importer = (path: string) => Promise<Exports>;

/** The ways on which a project comes to have jiti: installed by itself, or with the Prisma CLI. */
const WAYS_TO_JITI = [["jiti"], ["prisma", "@prisma/config", "c12", "jiti"]];

/**
 * What Prisma is made of is loaded as Node.js loads it: what jiti makes of the client's CommonJS throws a TypeError in place of every
 * database error, and settings that are made on a driver must meet the copy of it that the adapter uses.
 */
const NATIVE = ["@prisma", ".prisma", "@libsql", "@neondatabase", "@planetscale", "better-sqlite3", "mariadb", "pg"];

/** A module that does nothing. */
const EMPTY_MODULE = fileURLToPath(new URL("../../package.json", import.meta.url));

/**
 * Imports a file of an app, in whichever language it is written, with what the app has installed anyway.
 * @throws CommandError where nothing is there that loads TypeScript; whatever the file itself throws, as it comes
 */
export async function importFile(path: string): Promise<Exports> {
  return importerFor(path)(path);
}

function importerFor(path: string): Importer {
  const extension = extname(path);
  if ([".mjs", ".cjs"].includes(extension)) return nativeImport;
  // Also for .js: in a Next.js app that may import by a path alias, without extensions, and a client that was generated as TypeScript.
  const importer = jitiImport(path) ?? tsxImport(path);
  if (importer) return importer;
  if (extension === ".js" || stripsTypes()) return nativeImport;
  throw new CommandError(
    `Cannot load ${path} because Node.js ${process.versions.node} does not load TypeScript, and jiti 2 is not installed. ` +
      "Update the Prisma CLI, which brings jiti, or run `npm install --save-dev jiti`.",
  );
}

/** Node.js 22.18 and up; the types are those of Node.js 20. */
const stripsTypes = () => Boolean(Reflect.get(process.features, "typescript"));

const nativeImport: Importer = (path) => import(pathToFileURL(path).href);

/** Prisma's generated clients and Next.js apps import without extensions and by aliases of tsconfig.json, which Node.js itself does not. */
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
      // It throws where it is not bundled for React's server, and this is a server without React.
      alias: { "server-only": EMPTY_MODULE },
      fsCache: false, // a cron job leaves nothing behind, and trusts no shared folder
    });
    return loader.import(file);
  };
}

type CreateJiti = (id: string, options: object) => { import(path: string): Promise<Exports> };

function tsxImport(path: string): Importer | undefined {
  const tsx = findPackage(path, ["tsx"]);
  if (!tsx) return undefined;
  return async (file) => {
    process.env.TSX_DISABLE_CACHE ??= "1"; // as for jiti: it would trust a folder that others can write to
    const { tsImport } = await nativeImport(join(tsx.folder, "dist/esm/api/index.mjs"));
    return (tsImport as (specifier: string, parent: string) => Promise<Exports>)(pathToFileURL(file).href, file);
  };
}

const compareVersions = (a = "", b = "") => a.localeCompare(b, "en", { numeric: true });
