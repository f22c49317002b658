import { resolve } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { clearExpired } from "../admin/clear-expired.ts";
import type { ClearExpiredLine } from "./command-line.ts";
import { type CommandResult, report } from "./command-result.ts";
import { loadEnvironmentFiles } from "./environment-files.ts";
import { explainFailure } from "./explain-failure.ts";
import type { Host } from "./host.ts";
import { blamingFile, type Client, loadClient } from "./load-client.ts";
import { type ProgressBar, progressBar } from "./progress-bar.ts";
import { type SessionModel, sessionModel } from "./session-model.ts";
import { stopSignals } from "./stop-signals.ts";

const DISCONNECT_MS = 5000;

/**
 * `prisma-db-session clear-expired`.
 * @returns the exit code
 * @throws CommandError for a client or a model that cannot be used
 */
export async function clearExpiredCommand(line: ClearExpiredLine, host: Host): Promise<number> {
  loadEnvironmentFiles(host.cwd());
  const file = resolve(host.cwd(), line.client);
  const client = await loadClient(file, line.export);
  try {
    const model = await blamingFile(file, () => sessionModel(client, line.model));
    return report(await (line.dryRun ? count(model) : clear(model, line.batchSize, host)), line.json, host);
  } finally {
    await disconnect(client);
  }
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
    await clearExpired({ store: model.store, now: () => at, emit: () => {} }, options);
    return { deleted };
  } catch (error) {
    const stopped = error === signal.reason ? stoppedBy() : undefined;
    return { deleted, ...(stopped ? { stoppedBy: stopped } : { error: explainFailure(error) }) };
  } finally {
    bar?.clear();
    release();
  }
}

/** What was done is done, and said: a connection that does not close neither delays nor fails the command. */
async function disconnect(client: Client): Promise<void> {
  const closed = new AbortController();
  const patience = wait(DISCONNECT_MS, undefined, { signal: closed.signal });
  const disconnected = (async () => client.$disconnect())(); // it may throw at once, too
  await Promise.race([disconnected, patience]).catch(() => {});
  closed.abort();
  await patience.catch(() => {});
}
