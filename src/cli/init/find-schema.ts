import { readdir, readFile, realpath, stat } from "node:fs/promises";
import { basename, dirname, join, relative, resolve } from "node:path";
import { checkPath } from "../check-path.ts";
import { CommandError, messageOf } from "../command-error.ts";
import { importFile } from "../import-file.ts";
import { withoutComments } from "./schema-text.ts";

/** The Prisma schema of an app: one file, or a folder of files. */
export interface Schema {
  /** The path of the file or folder, without symbolic links. */
  readonly path: string;
  readonly isFolder: boolean;
  /** Whether Prisma finds it without `--schema`. */
  readonly isFound: boolean;
  /** The texts of the files, by path. */
  readonly files: ReadonlyMap<string, string>;
}

const EXTENSIONS = ["ts", "mts", "cts", "js", "mjs", "cjs"];
const CONFIGS = ["prisma.config", ".config/prisma"].flatMap((name) =>
  EXTENSIONS.map((extension) => `${name}.${extension}`),
);
const DEFAULTS = ["schema.prisma", "prisma/schema.prisma", "prisma/schema"];

/**
 * Finds the schema in the places where Prisma looks, and in the folder `prisma/schema`.
 * @param option The path that `--schema` gives.
 * @throws CommandError if there is no schema
 */
export async function findSchema(cwd: string, option: string | undefined): Promise<Schema> {
  if (option !== undefined) checkPath("schema", option);
  const named = option === undefined ? await namedIn(cwd) : { path: resolve(cwd, option), by: "--schema" };
  if (named) {
    const schema = await readSchema(named.path);
    if (schema) return { ...schema, isFound: option === undefined };
    throw new CommandError(
      `There is no Prisma schema at ${relative(cwd, named.path) || "."}, which ${named.by} names. ` +
        "Give --schema the path of its file or folder.",
    );
  }
  for (const path of DEFAULTS) {
    const schema = await readSchema(join(cwd, path));
    if (schema) return { ...schema, isFound: !schema.isFolder };
  }
  throw new CommandError(
    "There is no Prisma schema at prisma/schema.prisma or prisma/schema. " +
      "Run the command in the folder of your app, or give --schema the path. For a new schema, run `npx prisma@7 init`.",
  );
}

async function namedIn(cwd: string): Promise<{ path: string; by: string } | undefined> {
  for (const config of CONFIGS) {
    const text = await readFile(join(cwd, config), "utf8").catch(() => undefined);
    if (text === undefined) continue;
    const path = await schemaInConfig(join(cwd, config), text);
    if (path !== undefined) return { path: resolve(cwd, dirname(config), path), by: config };
  }
  const manifest = await readFile(join(cwd, "package.json"), "utf8").catch(() => "{}");
  const path = schemaInManifest(manifest);
  return typeof path === "string" ? { path: resolve(cwd, path), by: "package.json" } : undefined;
}

function schemaInManifest(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\ufeff/, ""))?.prisma?.schema;
  } catch (error) {
    throw new CommandError(`Cannot read package.json (${messageOf(error)}). It must be valid JSON.`);
  }
}

/**
 * Reads the path from the text of the config. So no code of the app runs, and no variable is
 * needed.
 */
async function schemaInConfig(file: string, text: string): Promise<string | undefined> {
  const code = withoutComments(text);
  // An adapter in the config may have a schema, too: the outermost one counts.
  const [found] = [...code.matchAll(/(?<![\w$.])schema["']?\s*(?::\s*(?:(["'`])([^"'`$]+)\1)?|(?=[,}]))/g)]
    .map((match) => ({ literal: match[2], depth: depthOf(code.slice(0, match.index)) }))
    .sort((a, b) => a.depth - b.depth);
  const literal = found?.literal;
  if (literal !== undefined || !/(?<![\w$.])schema\b/.test(code)) return literal;
  try {
    const config = (await importFile(file)).default as { schema?: unknown } | undefined;
    return typeof config?.schema === "string" ? config.schema : undefined;
  } catch (error) {
    throw new CommandError(`${file} does not load: ${messageOf(error)}. Give --schema the path of the schema.`);
  }
}

/** How many braces are open at the end of some code. */
function depthOf(code: string): number {
  const braces = code.replace(/(["'`])(?:\\.|(?!\1)[^\\\n])*\1/g, "").match(/[{}]/g) ?? [];
  return braces.reduce((depth, brace) => depth + (brace === "{" ? 1 : -1), 0);
}

async function readSchema(path: string): Promise<Omit<Schema, "isFound"> | undefined> {
  const found = await stat(path).catch(() => undefined);
  if (!found) return undefined;
  const real = await realpath(path);
  const names = found.isDirectory() ? (await readdir(real, { recursive: true })).filter(isSchemaFile).sort() : [""];
  if (names.length === 0) return undefined;
  const files = await Promise.all(
    names.map(async (name) => {
      const file = name === "" ? real : await realpath(join(real, name));
      return [file, await readText(file)] as const;
    }),
  );
  return { path: real, isFolder: found.isDirectory(), files: new Map(files) };
}

/** Not the lock of Emacs, `.#session.prisma`, which is a link that leads nowhere. */
const isSchemaFile = (name: string) => name.endsWith(".prisma") && !basename(name).startsWith(".#");

/** @throws CommandError if the file cannot be read as UTF-8 */
async function readText(path: string): Promise<string> {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(await readFile(path));
  } catch (error) {
    throw new CommandError(`Cannot read ${path} (${messageOf(error)}). It must be a text file in UTF-8.`);
  }
}
