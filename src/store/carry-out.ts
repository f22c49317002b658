import { setTimeout as wait } from "node:timers/promises";
import type { SessionStore } from "./session-store.ts";

const MAX_TRIES = 20;
const MAX_WAIT_MS = 50;

/** One statement, ready to be sent. */
export interface Statement<Outcome> {
  readonly send: () => Promise<Outcome>;
  /** The outcome, as the table shows it after a failure; `undefined`: it was not carried out, or that cannot be told. */
  readonly look?: () => Promise<Outcome | undefined>;
}

/**
 * Sends a statement, so that a failure of the database neither loses it without a word nor does it twice.
 *
 * What was rolled back (a deadlock, a serialisation failure) is planned anew and sent again. After any other failure it may have been
 * carried out all the same, since the connection may have gone before the answer came: then it looks. What cannot be told reaches the caller
 * as it came.
 */
export async function carryOut<Outcome>(store: SessionStore, plan: () => Statement<Outcome>): Promise<Outcome> {
  for (let tried = 1; ; tried++) {
    const { send, look } = plan();
    try {
      return await send();
    } catch (error) {
      const kind = store.failureKind?.(error) ?? "unknown";
      const outcome = kind === "unknown" ? await look?.().catch(() => undefined) : undefined;
      if (outcome !== undefined) return outcome;
      if (kind !== "rolledBack" || tried === MAX_TRIES) throw error;
    }
    await jitter(tried);
  }
}

/** A random wait that may be longer the more often it was tried in vain, so that those who met do not meet again. */
export const jitter = (tried: number): Promise<void> => wait(Math.random() * Math.min(MAX_WAIT_MS, 2 ** tried));
