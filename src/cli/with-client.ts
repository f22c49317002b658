import { resolve } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { checkPath } from "./check-path.ts";
import type { Values } from "./command.ts";
import { CommandError } from "./command-error.ts";
import { loadEnvironmentFiles } from "./environment-files.ts";
import type { Host } from "./host.ts";
import { blamingFile, type Client, loadClient } from "./load-client.ts";
import { type SessionModel, sessionModel } from "./session-model.ts";

/** The options of every command that uses the database. */
export const CLIENT_OPTIONS = {
  client: {
    type: "string",
    value: "FILE",
    help: "the file that exports your Prisma client, TypeScript or JavaScript (required)",
  },
  model: {
    type: "string",
    value: "NAME",
    default: "session",
    help: "the property of the client that is the session model",
  },
  export: {
    type: "string",
    value: "NAME",
    help: "the export that is the client (default: prisma, then default, then the only client there is)",
  },
} as const;

/** The paragraph about environment files, for the help of a command with {@link CLIENT_OPTIONS}. */
export const ENVIRONMENT_NOTE = `The environment is read from .env.local and .env too, and from .env.$NODE_ENV.local and .env.$NODE_ENV where
NODE_ENV is set, in the order of Next.js; what is set already is kept.`;

const DISCONNECT_MS = 5000;

/**
 * Loads the environment files and the user's client, and disconnects the client after the work.
 *
 * @param work Gets the client, and the path of its file for {@link blamingFile}.
 * @throws CommandError if there is no such file or client
 */
export async function withClient<Result>(
  { client: path, export: exportName }: Pick<Values<typeof CLIENT_OPTIONS>, "client" | "export">,
  host: Host,
  work: (client: Client, file: string) => Promise<Result>,
): Promise<Result> {
  if (!path) {
    throw new CommandError(
      "The file of your Prisma client is missing. Name it, for example `--client ./lib/prisma.ts`.",
    );
  }
  checkPath("client", path);
  loadEnvironmentFiles(host.cwd());
  const file = resolve(host.cwd(), path);
  const client = await loadClient(file, exportName);
  try {
    return await work(client, file);
  } finally {
    await disconnect(client);
  }
}

/**
 * Like {@link withClient}, with the session model of the client.
 *
 * @throws CommandError if there is no such file, client or model
 */
export async function withModel<Result>(
  values: Values<typeof CLIENT_OPTIONS>,
  host: Host,
  work: (model: SessionModel) => Promise<Result>,
): Promise<Result> {
  return withClient(values, host, async (client, file) =>
    work(await blamingFile(file, () => sessionModel(client, values.model))),
  );
}

/**
 * The work is done and reported. So a connection that does not close must not delay the command or
 * make it fail.
 */
async function disconnect(client: Client): Promise<void> {
  const closed = new AbortController();
  const patience = wait(DISCONNECT_MS, undefined, { signal: closed.signal });
  const disconnected = (async () => client.$disconnect())(); // `$disconnect` may throw synchronously too
  await Promise.race([disconnected, patience]).catch(() => {});
  closed.abort();
  await patience.catch(() => {});
}
