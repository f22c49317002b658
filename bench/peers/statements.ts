import { createRequire } from "node:module";
import type pg from "pg";
import { notInstalled } from "../../test/prisma-8/installed.ts";

/** Each of these folders has a `pg` of its own. Prisma 7 uses the first one, and Prisma 8 the last one. */
const FOLDERS = ["../../", "./", ...(notInstalled === undefined ? ["../../test/prisma-8/"] : [])];

/** Counts the statements that the peers send while this work runs. All of them send by `pg`. */
export async function countStatements(work: () => Promise<unknown>): Promise<number> {
  let statements = 0;
  const originals = FOLDERS.map((folder) => {
    const { prototype }: typeof pg.Client = createRequire(new URL(`${folder}package.json`, import.meta.url))(
      "pg",
    ).Client;
    const { query } = prototype;
    prototype.query = function (this: unknown, ...args: unknown[]) {
      statements++;
      return Reflect.apply(query, this, args);
    } as typeof query;
    return { prototype, query };
  });
  try {
    await work();
  } finally {
    for (const { prototype, query } of originals) prototype.query = query;
  }
  return statements;
}
