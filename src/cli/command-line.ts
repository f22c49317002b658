import { parseArgs } from "node:util";
import { BATCH_SIZE, MAX_BATCH_SIZE } from "../admin/clear-expired.ts";
import { CommandError, messageOf } from "./command-error.ts";

/** What `--help` prints. */
export const USAGE = `Usage: prisma-db-session clear-expired --client FILE [options]

Deletes every expired session, batch by batch. Safe beside traffic; may be stopped and run again at any time.

Options:
  --client FILE      the file that exports your Prisma client, TypeScript or JavaScript (required)
  --model NAME       the property of the client that is the session model (default: session)
  --export NAME      the export that is the client (default: prisma, then default, then the only client there is)
  --batch-size N     how many rows a batch deletes at most, up to ${MAX_BATCH_SIZE} (default: ${BATCH_SIZE})
  --dry-run          count the expired rows, delete nothing
  --json             print the result as one line of JSON
  --help, --version

The environment is read from .env.local and .env too, and from .env.$NODE_ENV.local and .env.$NODE_ENV where
NODE_ENV is set, in the order of Next.js; what is set already is kept.

Exit codes: 0 done; 1 the deleting failed; 2 wrong options, no such client or model, or your own modules failed;
130 or 143 stopped by SIGINT or SIGTERM after the running batch (a second signal ends at once).
`;

const HOW_TO_GET_HELP = "Run `npx prisma-db-session --help` to see what there is.";

/** What `clear-expired` is to do. */
export interface ClearExpiredLine {
  readonly command: "clear-expired";
  readonly client: string;
  readonly model: string;
  readonly export: string | undefined;
  readonly batchSize: number | undefined;
  readonly dryRun: boolean;
  readonly json: boolean;
}

/** A command line that can be carried out. */
export type CommandLine = ClearExpiredLine | { readonly command: "help" | "version" };

/** @throws CommandError for what is no such command line */
export function parseCommandLine(args: readonly string[]): CommandLine {
  const { values, positionals } = parse(args);
  if (values.help) return { command: "help" };
  if (values.version) return { command: "version" };

  const [command, ...others] = positionals;
  if (command === undefined) throw new CommandError(`No command was given. ${HOW_TO_GET_HELP}`);
  if (command !== "clear-expired") throw new CommandError(`There is no command "${command}". ${HOW_TO_GET_HELP}`);
  if (others.length > 0) throw new CommandError(`"${others[0]}" is one word too many. ${HOW_TO_GET_HELP}`);
  if (!values.client) {
    throw new CommandError(
      "The file of your Prisma client is missing. Name it, for example `--client ./lib/prisma.ts`.",
    );
  }
  return {
    command,
    client: values.client,
    model: values.model,
    export: values.export,
    batchSize: rows(values["batch-size"]),
    dryRun: values["dry-run"],
    json: values.json,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        client: { type: "string" },
        model: { type: "string", default: "session" },
        export: { type: "string" },
        "batch-size": { type: "string" },
        "dry-run": { type: "boolean", default: false },
        json: { type: "boolean", default: false },
        help: { type: "boolean", short: "h", default: false },
        version: { type: "boolean", short: "v", default: false },
      },
    });
  } catch (error) {
    // Node's advice after the first sentence is about words that begin with a hyphen.
    const [what = ""] = messageOf(error).split(". ");
    throw new CommandError(`${what}. ${HOW_TO_GET_HELP}`, undefined, { cause: error });
  }
}

function rows(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^[1-9]\d*$/.test(text) && Number(text) <= MAX_BATCH_SIZE) return Number(text);
  throw new CommandError(
    `The batch size "${text}" is no number of rows. Give a whole number from 1 to ${MAX_BATCH_SIZE}.`,
  );
}
