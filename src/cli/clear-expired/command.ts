import { clearExpired, MAX_BATCH_SIZE } from "../../admin/clear-expired.ts";
import { withRetries } from "../../store/with-retries.ts";
import { defineCommand } from "../command.ts";
import { CommandError } from "../command-error.ts";
import { explainFailure } from "../explain-failure.ts";
import { firstAnswer } from "../first-answer.ts";
import type { Host } from "../host.ts";
import type { SessionModel } from "../session-model.ts";
import { stopSignals } from "../stop-signals.ts";
import { CLIENT_OPTIONS, ENVIRONMENT_NOTE, withModel } from "../with-client.ts";
import { type ProgressBar, progressBar } from "./progress-bar.ts";
import { type CommandResult, report } from "./result.ts";

/** `prisma-db-session clear-expired`. */
export const clearExpiredCommand = defineCommand({
  name: "clear-expired",
  usage: "--client FILE [options]",
  summary: "delete every expired session",
  description:
    "Deletes every expired session, batch by batch. Safe beside traffic; may be stopped and run again at any time.",
  options: {
    ...CLIENT_OPTIONS,
    "batch-size": {
      type: "string",
      value: "N",
      help: `how many rows a batch deletes at most, up to ${MAX_BATCH_SIZE} (default: it depends on the time of a batch)`,
    },
    "dry-run": { type: "boolean", help: "count the expired rows, delete nothing" },
    json: { type: "boolean", help: "print the result as one line of JSON" },
  },
  notes: `${ENVIRONMENT_NOTE}

Exit codes: 0 done; 1 the deleting failed; 2 wrong options, no such client or model, or your own modules failed;
130 or 143 stopped by SIGINT or SIGTERM after the running batch (a second signal ends at once).`,
  async run(values, host) {
    const batchSize = rows(values["batch-size"]);
    return withModel(values, host, async (model) => {
      const silence = await firstAnswer(model, host).catch(
        (error): CommandResult => ({ error: explainFailure(error) }),
      );
      if (silence) return report(silence, values.json, host);
      return report(await (values["dry-run"] ? count(model) : clear(model, batchSize, host)), values.json, host);
    });
  },
});

function rows(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^[1-9]\d*$/.test(text) && Number(text) <= MAX_BATCH_SIZE) return Number(text);
  throw new CommandError(
    `--batch-size must be a whole number from 1 to ${MAX_BATCH_SIZE}, but it is "${text}". Give such a number.`,
  );
}

async function count({ countExpired }: SessionModel): Promise<CommandResult> {
  try {
    return { expired: await countExpired(new Date()) };
  } catch (error) {
    return { error: explainFailure(error) };
  }
}

async function clear(model: SessionModel, batchSize: number | undefined, host: Host): Promise<CommandResult> {
  const at = new Date();
  let deleted = 0;
  let bar: ProgressBar | undefined;
  const { signal, stoppedBy, release } = stopSignals(host, () => {
    bar?.clear();
    host.stderr.write("Stopping after the running batch. A second signal ends at once.\n");
  });
  const onProgress = (progress: { deleted: number }) => {
    deleted = progress.deleted;
    if (!signal.aborted) bar?.draw(deleted);
  };
  try {
    if (host.stderr.isTTY) bar = progressBar(host.stderr, await model.countExpired(at));
    const options = { signal, onProgress, ...(batchSize !== undefined && { batchSize }) };
    const store = withRetries(model.store, () => new Date());
    await clearExpired({ store, now: () => at, emit: () => {} }, options);
    return { deleted };
  } catch (error) {
    const stopped = error === signal.reason ? stoppedBy() : undefined;
    return { deleted, ...(stopped ? { stoppedBy: stopped } : { error: explainFailure(error) }) };
  } finally {
    bar?.clear();
    release();
  }
}
