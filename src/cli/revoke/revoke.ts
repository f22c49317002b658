import { revokeSessions } from "../../admin/revoke-sessions.ts";
import type { Columns } from "../../store/session-store.ts";
import { withRetries } from "../../store/with-retries.ts";
import { explainFailure } from "../explain-failure.ts";
import type { Host } from "../host.ts";
import type { SessionModel } from "../session-model.ts";
import { stopSignals } from "../stop-signals.ts";
import type { RevokeResult } from "./result.ts";

/** Deletes the rows that meet a condition, batch by batch, until a signal stops it. */
export async function revoke({ store }: SessionModel, where: Columns, host: Host): Promise<RevokeResult> {
  const { signal, stoppedBy, release } = stopSignals(host, () => {
    host.stderr.write("Stopping after the running batch. A second signal ends at once.\n");
  });
  const retrying = { ...store, ...withRetries(store, () => new Date()) };
  let deleted = 0;
  const counting: typeof store = {
    ...retrying,
    async findMatching(...args) {
      signal.throwIfAborted();
      return retrying.findMatching(...args);
    },
    async deleteMatching(...args) {
      const count = await retrying.deleteMatching(...args);
      deleted += count;
      return count;
    },
  };
  try {
    await revokeSessions({ store: counting, emit: () => {}, storedKey: String }, where);
    return { deleted };
  } catch (error) {
    const stopped = error === signal.reason ? stoppedBy() : undefined;
    return { deleted, ...(stopped ? { stoppedBy: stopped } : { error: explainFailure(error) }) };
  } finally {
    release();
  }
}
