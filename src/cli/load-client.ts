import { statSync } from "node:fs";
import { CommandError, messageOf } from "./command-error.ts";
import { type Exports, importFile } from "./import-file.ts";

/** The methods that every Prisma client has. */
export interface Client {
  $connect(): Promise<unknown>;
  $disconnect(): Promise<unknown>;
}

/**
 * Loads the Prisma client that a file exports.
 * @param path an absolute path
 * @param exportName The name of the export. Default: `prisma`, then `default`, then the only client
 *   that the file exports.
 * @throws CommandError if the file exports no such client
 */
export async function loadClient(path: string, exportName: string | undefined): Promise<Client> {
  return blamingFile(path, async () => {
    if (!statSync(path, { throwIfNoEntry: false })?.isFile()) {
      throw new CommandError(
        `There is no file ${path}. Give --client the path of the file that exports your Prisma client.`,
      );
    }
    return chooseClient(path, namedExports(await importFile(path)), exportName);
  });
}

/**
 * Runs work that loads or uses a file of the user. If the work throws, the message names the file.
 * A client that is created at its first use may throw when its properties are read.
 * @throws CommandError for every error of the work
 */
export async function blamingFile<Result>(path: string, work: () => Result | Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof CommandError) throw error;
    throw new CommandError(
      `Cannot load ${path} because it threw an error: ${messageOf(error)}. Fix it, and run the command again.`,
    );
  }
}

function chooseClient(path: string, exports: Exports, exportName: string | undefined): Client {
  const names = Object.keys(exports);
  const there = names.length > 0 ? `It exports ${names.join(", ")}.` : "It exports nothing.";
  if (exportName !== undefined) {
    const chosen = exports[exportName];
    if (isClient(chosen)) return chosen;
    throw new CommandError(
      `The export "${exportName}" of ${path} is not a Prisma client. ${there} Choose with --export.`,
    );
  }
  const clients = new Set(Object.values(exports).filter(isClient));
  const [client] = [exports.prisma, exports.default, ...(clients.size === 1 ? clients : [])].filter(isClient);
  if (client) return client;
  if (clients.size > 1)
    throw new CommandError(`${path} exports several Prisma clients. ${there} Choose with --export.`);
  const promise = names.find((name) => exports[name] instanceof Promise);
  if (promise !== undefined) {
    throw new CommandError(
      `${path} exports no Prisma client, but \`${promise}\` is a Promise. Export what it resolves to, with \`await\`.`,
    );
  }
  if (Object.values(exports).some(isPrisma8Client)) {
    throw new CommandError(
      `${path} exports a client of Prisma 8, but the commands need one of Prisma 7 or 6. ` +
        "Call `clearExpired()` and the other functions in a script of your own.",
    );
  }
  throw new CommandError(
    `${path} exports no Prisma client. ${there} Export one, as in \`export const prisma = new PrismaClient(...)\`.`,
  );
}

/** Node.js puts the exports of a CommonJS module into its default export. */
function namedExports({ "module.exports": _, ...exports }: Exports): Exports {
  const inside = exports.default;
  return typeof inside === "object" && inside !== null && !isClient(inside) ? { ...inside, ...exports } : exports;
}

/**
 * Checks the shape, because the class belongs to the user's own Prisma, or to an extended client.
 */
function isClient(value: unknown): value is Client {
  return (
    // A Proxy of a function is a function, too.
    ((typeof value === "object" && value !== null) || typeof value === "function") &&
    ["$connect", "$disconnect"].every((method) => typeof Reflect.get(value, method) === "function")
  );
}

const isPrisma8Client = (value: unknown): boolean =>
  typeof value === "object" && value !== null && "orm" in value && "transaction" in value;
