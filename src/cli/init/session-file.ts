import { lstat, readFile, realpath, stat } from "node:fs/promises";
import { dirname, join, relative, sep } from "node:path";
import type { Change } from "./change.ts";
import { findPrismaModule, type PrismaModule } from "./prisma-module.ts";
import type { SessionModelText } from "./session-model-text.ts";

/** The module with the sessions of the app. */
export interface SessionFilePlan {
  /** `undefined` if the app already has the module. */
  readonly change?: Change;
  /** Relative to the app. `undefined` if there is no free name. */
  readonly path?: string;
  readonly note?: string;
}

const EXTENSIONS = ["ts", "tsx", "mts", "js", "jsx", "mjs"];

/**
 * Plans `lib/session.ts`, or `lib/db-session.ts` if that name is taken. If the app is in `src`, the
 * file is in `src` too.
 */
export async function planSessionFile(cwd: string, model: SessionModelText): Promise<SessionFilePlan> {
  const folder = (await isSourceApp(cwd)) ? "src/lib" : "lib";
  const extension = (await exists(join(cwd, "tsconfig.json"))) ? "ts" : "js";
  for (const name of ["session", "db-session"]) {
    const taken = await firstThere(
      cwd,
      [...EXTENSIONS.map((end) => `${name}.${end}`), name].map((file) => `${folder}/${file}`),
    );
    if (taken && (await uses(join(cwd, taken)))) return { path: taken };
    if (taken) continue;
    const path = `${folder}/${name}.${extension}`;
    const prisma = await findPrismaModule(cwd);
    return {
      change: {
        path: join(await real(join(cwd, folder)), `${name}.${extension}`),
        before: undefined,
        added: textOf(path, cwd, prisma, model),
      },
      path,
      ...(!prisma && { note: missingClient(folder, extension) }),
    };
  }
  return {
    note: `${folder}/session and ${folder}/db-session exist and do not use prisma-db-session. They were left as they are. Call createNextSessions() in a file of your own: see the README.`,
  };
}

const missingClient = (folder: string, extension: string) =>
  `No module that exports your Prisma client was found. Write ${folder}/prisma.${extension} with \`export const prisma = new PrismaClient(...)\`, or change the import.`;

async function isSourceApp(cwd: string): Promise<boolean> {
  const has = (name: string) => exists(join(cwd, name));
  if ((await has("app")) || (await has("pages"))) return false;
  return (await has("src/app")) || (await has("src/pages"));
}

const exists = (path: string) =>
  stat(path).then(
    () => true,
    () => false,
  );

/** The first path that exists. A broken symbolic link counts as existing. */
async function firstThere(cwd: string, paths: readonly string[]): Promise<string | undefined> {
  for (const path of paths) {
    const found = await lstat(join(cwd, path)).catch(() => undefined);
    if (found) return path;
  }
  return undefined;
}

const uses = (path: string) =>
  readFile(path, "utf8").then(
    (text) => text.includes("prisma-db-session"),
    () => false,
  );

/** The path without symbolic links. The folder may not exist yet. */
const real = (path: string) => realpath(path).catch(() => path);

function textOf(path: string, cwd: string, prisma: PrismaModule | undefined, model: SessionModelText): string {
  const name = prisma && prisma.export !== "default" ? prisma.export : "prisma";
  const imported = prisma?.export === "default" ? name : `{ ${name} }`;
  const from = prisma ? moduleName(dirname(join(cwd, path)), prisma.path) : "./prisma";
  const delegate = `${name}.${model.accessor}`;
  const isTyped = path.endsWith(".ts");
  const types = isTyped ? `<SessionData, typeof ${delegate}>` : "";
  return `// ${path}
import { createNextSessions } from "prisma-db-session/next";
import ${imported} from "${from}";
${isTyped ? dataType(model) : ""}
export const { getSession, withSession, list, revoke } = createNextSessions${types}({
  model: ${delegate},
  secret: process.env.SESSION_SECRET,
${model.ownerType === undefined ? "" : `  columns: (data) => ({ userId: ${owner(model)} }),\n`}});
`;
}

const dataType = ({ ownerType }: SessionModelText) => `
/** What a session holds. Add the keys of your app. */
interface SessionData {
  userId: ${ownerType === "Int" ? "number" : "string"};
}
`;

/** JSON has no BigInt. */
const owner = ({ ownerType }: SessionModelText) =>
  ownerType === "BigInt" ? "data.userId === undefined ? null : BigInt(data.userId)" : "data.userId ?? null";

function moduleName(from: string, to: string): string {
  const path = relative(from, to)
    .split(sep)
    .join("/")
    .replace(/\.\w+$/, "")
    .replace(/\/index$/, "");
  return path.startsWith(".") ? path : `./${path}`;
}
