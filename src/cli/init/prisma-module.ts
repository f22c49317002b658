import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { withoutComments } from "./schema-text.ts";

/** The module of an app that exports its Prisma client. */
export interface PrismaModule {
  readonly path: string;
  /** The name of the export; `default` for the default export. */
  readonly export: string;
}

const NAMES = [
  "lib/prisma",
  "lib/db",
  "lib/prisma/index",
  "lib/db/index",
  "lib/prisma-client",
  "lib/client",
  "lib/server/prisma",
  "lib/server/db",
  "server/db",
  "server/db/index",
  "server/prisma",
  "utils/prisma",
  "utils/db",
  "app/lib/prisma",
  "app/lib/db",
  "db",
  "db/index",
  "db/prisma",
  "prisma",
  "prisma/client",
  "prisma/prisma",
  "prisma/index",
  "database",
];
const PATHS = ["", "src/"].flatMap((folder) =>
  NAMES.flatMap((name) => ["ts", "tsx", "mts", "js", "mjs"].map((extension) => `${folder}${name}.${extension}`)),
);

/** The usual names of a client. */
const EXPORTS = ["prisma", "db", "client", "prismaClient", "database"];

/** Looks for the module that creates the client in the usual places of apps. */
export async function findPrismaModule(cwd: string): Promise<PrismaModule | undefined> {
  for (const path of PATHS) {
    const text = await readFile(join(cwd, path), "utf8").catch(() => undefined);
    const name = text?.includes("PrismaClient") ? exportIn(withoutComments(text)) : undefined;
    if (name !== undefined) return { path: join(cwd, path), export: name };
  }
  return undefined;
}

function exportIn(code: string): string | undefined {
  const names = [
    ...[...code.matchAll(/\bexport\s+(?:const|let|var)\s+(\w+)/g)].map(([, name]) => name),
    ...[...code.matchAll(/\bexport\s+(?:(?:const|let|var)\s+)?\{([^}]*)\}/g)].flatMap(([, list = ""]) =>
      list.split(",").map((part) =>
        part
          .trim()
          .split(/\s+as\s+|\s*:\s*/)
          .at(-1),
      ),
    ),
    ...(/\bexport\s+default\b/.test(code) ? ["default"] : []),
  ];
  return [...EXPORTS, "default"].find((name) => names.includes(name));
}
