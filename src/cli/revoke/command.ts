import { defineCommand } from "../command.ts";
import { CommandError } from "../command-error.ts";
import { failWith } from "../fail-with.ts";
import { nameDatabase } from "../first-answer.ts";
import { checkNumbers, parseWhere, WHERE_OPTION } from "../where.ts";
import { CLIENT_OPTIONS, ENVIRONMENT_NOTE, withModel } from "../with-client.ts";
import { confirmRevoke } from "./confirm-revoke.ts";
import { report } from "./result.ts";
import { revoke } from "./revoke.ts";
import { type Choice, KEY_IS_GONE, select } from "./selection.ts";

/** `prisma-db-session revoke`. */
export const revokeCommand = defineCommand({
  name: "revoke",
  usage: "--client FILE (--where JSON | --key-hash HASH | --all) [options]",
  summary: "sign sessions out, after a question",
  description: `Counts the sessions that match, asks, and then deletes their rows in batches, expired rows included. No save in
flight brings a deleted session back.`,
  options: {
    ...CLIENT_OPTIONS,
    ...WHERE_OPTION,
    "key-hash": { type: "string", value: "HASH", help: "only the session that `list` and events call so" },
    all: { type: "boolean", help: "every session; needed too if --where matches every live session" },
    yes: { type: "boolean", help: "do not ask" },
    "dry-run": { type: "boolean", help: "count the sessions, delete nothing" },
    json: { type: "boolean", help: "print the result as one line of JSON" },
  },
  notes: `${ENVIRONMENT_NOTE}

Exit codes: 0 done; 1 the database failed, the answer was no, or no session has the key hash; 2 wrong options, a
condition that Prisma refuses or that needs --all, no such client or model, or your own modules failed; 130 or 143
stopped by SIGINT or SIGTERM, after the running batch (a second signal ends at once).`,
  async run({ where, "key-hash": keyHash, all, yes, "dry-run": isDryRun, json, ...client }, host) {
    const choice = choiceOf(where, keyHash, all);
    return withModel(client, host, async (model) => {
      checkNumbers(choice.where, model.types);
      try {
        const database = await nameDatabase(model, host);
        const selection = await select(model, choice, host.now?.() ?? new Date(), host);
        if (isDryRun) return report({ selection }, json, host);
        if (selection.live + selection.expired === 0) return report({ selection, deleted: 0 }, json, host);
        if (!(await confirmRevoke(selection, { all, yes, database }, host))) {
          return report({ deleted: 0, error: "The answer was no. Nothing was deleted." }, json, host);
        }
        const result = await revoke(model, selection.where, host);
        const isMissed = keyHash !== undefined && result.deleted === 0 && !result.error;
        return report(isMissed ? { ...result, error: `Nothing was deleted. ${KEY_IS_GONE}` } : result, json, host);
      } catch (error) {
        return failWith(error, json ? { deleted: 0 } : undefined, host);
      }
    });
  },
});

/** @throws CommandError if the options select no sessions, or contradict each other */
function choiceOf(where: string | undefined, keyHash: string | undefined, all: boolean): Choice {
  if (where === undefined && keyHash === undefined && !all) {
    throw new CommandError(
      "Cannot revoke because no sessions were named. Give --where JSON or --key-hash HASH, or --all for every session.",
    );
  }
  if (keyHash !== undefined && all) {
    throw new CommandError("--key-hash means one session, and --all every session. Leave one of them out.");
  }
  if (keyHash !== undefined && !/^[\da-f]{16}$/.test(keyHash)) {
    throw new CommandError(
      "--key-hash must be the 16 characters of 0-9 and a-f that `list` shows. It is not the key from a cookie.",
    );
  }
  return { where: where === undefined ? {} : parseWhere(where), keyHash };
}
