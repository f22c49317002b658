import { existsSync } from "node:fs";
import { readFile, realpath } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { confirm } from "../ask.ts";
import { defineCommand } from "../command.ts";
import { CommandError, EXIT } from "../command-error.ts";
import { findPackage } from "../find-package.ts";
import type { Host } from "../host.ts";
import { type Change, checkWritable, diffOf, write } from "./change.ts";
import { planSchema, type SchemaPlan } from "./plan-schema.ts";
import { planSecret } from "./secret.ts";
import { planSessionFile } from "./session-file.ts";

/** `prisma-db-session init`. */
export const initCommand = defineCommand({
  name: "init",
  usage: "[--schema PATH] [--yes]",
  summary: "add the session model, lib/session.ts and a secret to your app",
  description: `Adds the session model to your Prisma schema, writes lib/session.ts (src/lib/session.ts in an app in src), and adds a
secret to .env if there is none. It shows the changes, and asks. It only adds: no text of yours is replaced. A secret
is written only to a file that git ignores. Run again, it changes nothing.`,
  options: {
    schema: {
      type: "string",
      value: "PATH",
      help: "your Prisma schema, a file or a folder (default: as Prisma finds it, or prisma/schema)",
    },
    yes: { type: "boolean", help: "do not ask" },
    json: { type: "boolean", help: "print the result as one line of JSON, and the changes on standard error" },
  },
  notes: `Exit codes: 0 done, or nothing to do; 1 a file could not be written, or the answer was no; 2 wrong options, no schema,
a database that is not supported, or no terminal to ask in.`,
  async run({ schema, yes, json }, host) {
    const cwd = host.cwd();
    const plan = await makePlan(cwd, schema);
    const changes = plan.changes;
    const written: string[] = [];
    if (changes.length > 0) {
      (json ? host.stderr : host.stdout).write(`${changes.map((change) => diffOf(change, cwd)).join("\n")}\n`);
      for (const change of changes) await checkWritable(change);
      if (!yes && !(await confirm(host, "Write this?", "Nothing was written."))) {
        throw new CommandError("The answer was no. Nothing was written.", EXIT.failed);
      }
      await writeAll(changes, cwd, written, host);
    }
    const { notes, next } = plan;
    host.stdout.write(json ? `${JSON.stringify({ written, notes, next })}\n` : paragraphs(written, notes, next));
    return EXIT.done;
  },
});

interface Plan {
  readonly changes: readonly Change[];
  readonly notes: readonly string[];
  /** The next steps of the user: the commands to run, and the import to write. */
  readonly next: readonly string[];
}

async function makePlan(cwd: string, option: string | undefined): Promise<Plan> {
  // Copied first, because loading Prisma's config may set the variables of .env.
  const environment = { ...process.env };
  const schema = await planSchema(cwd, option);
  const file = await planSessionFile(cwd, schema.model);
  const secret = await planSecret(cwd, environment);
  const parts = [schema, file, secret];
  return {
    changes: parts.flatMap(({ change }) => change ?? []),
    notes: [file.note, secret.note, modelNote(schema)].filter((note) => note !== undefined),
    next: [
      ...(schema.change ? migrate(await realpath(cwd), schema) : []),
      ...(file.path === undefined ? [] : [await importOf(cwd, file.path)]),
    ],
  };
}

/** The other commands look for the model `session`, unless `--model` names another. */
const modelNote = ({ model: { accessor } }: SchemaPlan): string | undefined =>
  accessor === "session" ? undefined : `The other commands need the name of the model: add --model ${accessor}.`;

/**
 * The commands for the package of the schema and its Prisma version. Prisma 7 does not generate the
 * client after a migration.
 */
function migrate(cwd: string, { path, isFound }: SchemaPlan): string[] {
  const folder = isFound ? cwd : packageOf(dirname(path), cwd);
  const [major = "7"] = findPackage(join(folder, "package.json"), ["prisma"])?.version.split(".") ?? [];
  const prisma = `npx prisma@${major}`;
  const option = isFound ? "" : ` --schema ${quoted(relative(folder, path))}`;
  return [
    ...(folder === cwd ? [] : [`cd ${quoted(relative(cwd, folder))}`]),
    `${prisma} migrate dev --name session${option}`,
    `${prisma} generate${option}`,
  ];
}

/** The nearest folder with a package.json. */
function packageOf(folder: string, otherwise: string): string {
  if (folder === otherwise || existsSync(join(folder, "package.json"))) return folder;
  return dirname(folder) === folder ? otherwise : packageOf(dirname(folder), otherwise);
}

const quoted = (path: string) => (/^[\w./@-]+$/.test(path) ? path : `"${path}"`);

async function importOf(cwd: string, path: string): Promise<string> {
  const config = await readFile(join(cwd, "tsconfig.json"), "utf8").catch(() => "");
  const module = path.replace(/\.\w+$/, "");
  const alias = /"@\/\*"\s*:\s*\[\s*"\.\/(src\/)?\*"/.exec(config);
  if (!alias) return `import { getSession, withSession } from "./${module}"; // from a file beside package.json`;
  const from = `@/${alias[1] ? module.replace(/^src\//, "") : module}`;
  return `import { getSession, withSession } from "${from}";`;
}

/** @throws CommandError that names the files that were written before the failure */
async function writeAll(changes: readonly Change[], cwd: string, written: string[], host: Host): Promise<void> {
  for (const change of changes) {
    try {
      await change.recheck?.();
      await write(change);
    } catch (error) {
      if (written.length > 0) host.stderr.write(`prisma-db-session: ${written.join(", ")} was written.\n`);
      throw error;
    }
    written.push(relative(cwd, change.path));
  }
}

function paragraphs(written: readonly string[], notes: readonly string[], next: readonly string[]): string {
  const done = written.length > 0 ? `Wrote ${written.join(", ")}.` : "Nothing to write: everything is there.";
  const steps = next.length > 0 ? [`Next:\n${next.map((step) => `  ${step}`).join("\n")}`] : [];
  return `${[done, ...notes, ...steps].join("\n\n")}\n`;
}
