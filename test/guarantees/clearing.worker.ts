// Clears what has expired, in a process of its own, as a scheduled script would.
import { type ClearExpiredOptions, createSessions } from "prisma-db-session";
import { connectClient } from "../databases/client.ts";
import type { Provider } from "../databases/types.ts";
import { SECRET } from "../support.ts";
import { hear, readJob, tell } from "./parent-process.ts";

export interface Job {
  readonly provider: Provider;
  readonly url: string;
  readonly options: ClearExpiredOptions;
}

export interface Cleared {
  readonly deleted: number;
  readonly milliseconds: number;
  /** What each statement deleted that deleted anything. */
  readonly batches: readonly number[];
  /** By how much the process grew, in megabytes. */
  readonly growth: number;
}

const { provider, url, options } = readJob<Job>();
const client = await connectClient(provider, url);
const batches: number[] = [];
const { clearExpired } = createSessions({
  model: client.session,
  secret: SECRET,
  onEvent: (event) => {
    if (event.type === "expiredDeleted") batches.push(event.count);
  },
});
tell("ready");

await hear("clear");
const megabytes = () => process.memoryUsage.rss() / 2 ** 20;
const [began, before] = [performance.now(), megabytes()];
let most = before;
const onProgress = () => {
  most = Math.max(most, megabytes());
};
const deleted = await clearExpired({ ...options, onProgress });
tell({ deleted, milliseconds: performance.now() - began, batches, growth: most - before } satisfies Cleared);
