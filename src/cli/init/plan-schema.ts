import { lstat } from "node:fs/promises";
import { join } from "node:path";
import { CommandError } from "../command-error.ts";
import { appended, type Change } from "./change.ts";
import { findSchema } from "./find-schema.ts";
import { blocksOf } from "./schema-text.ts";
import { type SessionModelText, sessionModelText } from "./session-model-text.ts";

/** The planned change of the schema. */
export interface SchemaPlan {
  readonly model: SessionModelText;
  /** The file, or the folder. */
  readonly path: string;
  /** Whether Prisma finds the schema without `--schema`. */
  readonly isFound: boolean;
  /** `undefined` if the schema has the model. */
  readonly change?: Change;
}

/** Plans the model at the end of the schema file. If the schema is a folder: in a new file. */
export async function planSchema(cwd: string, option: string | undefined): Promise<SchemaPlan> {
  const { path, isFolder, files, isFound } = await findSchema(cwd, option);
  const model = sessionModelText([...files.values()].flatMap(blocksOf));
  if (model.text === undefined) return { model, path, isFound };
  if (isFolder)
    return { model, path, isFound, change: { path: await freeFile(path), before: undefined, added: model.text } };
  const before = files.get(path) ?? "";
  return { model, path, isFound, change: { path, before, added: appended(before, `\n${model.text}`) } };
}

async function freeFile(folder: string): Promise<string> {
  for (const name of ["session.prisma", "db-session.prisma"]) {
    const path = join(folder, name);
    const found = await lstat(path).catch(() => undefined);
    if (!found) return path;
  }
  throw new CommandError(
    `${folder} has session.prisma and db-session.prisma, and neither has the session model. ` +
      "Rename one of them, or add the model from the README yourself.",
  );
}
