import { listSessions } from "../../admin/list-sessions.ts";
import type { Columns } from "../../store/session-store.ts";
import { defineCommand } from "../command.ts";
import { CommandError, EXIT } from "../command-error.ts";
import { failWith } from "../fail-with.ts";
import { nameDatabase } from "../first-answer.ts";
import { nearest } from "../nearest.ts";
import { printableJson } from "../printable.ts";
import type { SessionModel } from "../session-model.ts";
import { blamingWhere, checkNumbers, parseWhere, WHERE_OPTION } from "../where.ts";
import { CLIENT_OPTIONS, ENVIRONMENT_NOTE, withModel } from "../with-client.ts";
import { type Listed, table } from "./table.ts";

const LIMIT = 100;
const MAX_LIMIT = 10_000;

/** `prisma-db-session list`. */
export const listCommand = defineCommand({
  name: "list",
  usage: "--client FILE [--where JSON] [options]",
  summary: "list live sessions, without their keys and data",
  description: `Lists the live sessions that meet a condition, those that expire last first. It shows the hash of each key, as events
do, the expiry, and those of your own columns that you name. It changes nothing.`,
  options: {
    ...CLIENT_OPTIONS,
    ...WHERE_OPTION,
    columns: { type: "string", value: "A,B", help: "your own columns to show, separated by commas" },
    limit: {
      type: "string",
      value: "N",
      default: String(LIMIT),
      help: `how many sessions to show at most, up to ${MAX_LIMIT}`,
    },
    json: { type: "boolean", help: "print the sessions as one line of JSON" },
  },
  notes: `${ENVIRONMENT_NOTE}

Exit codes: 0 done; 1 the database failed; 2 wrong options, a condition that Prisma refuses, no such client or model,
or your own modules failed.`,
  async run(values, host) {
    const where = values.where === undefined ? {} : parseWhere(values.where);
    const limit = limitOf(values.limit);
    return withModel(values, host, async (model) => {
      const columns = chosen(values.columns, model.columns);
      checkNumbers(where, model.types);
      try {
        await nameDatabase(model, host);
        const now = host.now?.() ?? new Date();
        const total = await blamingWhere(where, () => model.count({ AND: [where, { expireDate: { gt: now } }] }));
        const sessions = (await read(model, where, limit, now)).map((session) => only(session, columns));
        host.stdout.write(values.json ? `${printableJson({ sessions, total })}\n` : table(sessions, total, columns));
        return EXIT.done;
      } catch (error) {
        return failWith(error, values.json ? {} : undefined, host);
      }
    });
  },
});

function limitOf(text: string): number {
  if (/^[1-9]\d*$/.test(text) && Number(text) <= MAX_LIMIT) return Number(text);
  throw new CommandError(
    `--limit must be a whole number from 1 to ${MAX_LIMIT}, but it is "${text}". Give such a number.`,
  );
}

/** @throws CommandError if the model has no such column */
function chosen(text: string | undefined, columns: readonly string[]): readonly string[] {
  if (text === undefined) return [];
  const names = text.split(",").map((name) => name.trim());
  for (const name of names) {
    if (columns.includes(name)) continue;
    if (["key", "data"].includes(name)) throw new CommandError(`--columns cannot name ${name}: it is never shown.`);
    const near = nearest(name, columns);
    const there = columns.length > 0 ? `It has ${columns.join(", ")}.` : "It has no columns of your own.";
    throw new CommandError(
      `The session model has no column "${name}" for --columns. ${near ? `Did you mean \`${near}\`? ` : ""}${there}`,
    );
  }
  return [...new Set(names)];
}

async function read({ store }: SessionModel, where: Columns, limit: number, now: Date) {
  const limited = {
    ...store,
    findMatching: (condition: Columns, options?: object) => store.findMatching(condition, { ...options, limit }),
  };
  return listSessions({ store: limited, now: () => now }, where);
}

const only = ({ keyHash, expireDate, ...own }: Columns, columns: readonly string[]): Listed => ({
  keyHash: keyHash as string,
  expireDate: expireDate as Date,
  columns: Object.fromEntries(columns.map((name) => [name, own[name] ?? null])),
});
