import { jitter } from "../jitter.ts";
import type { SessionStore } from "./session-store.ts";

const MAX_TRIES = 20;

/** One statement, ready to be sent. */
export interface Statement<Outcome> {
  readonly send: () => Promise<Outcome>;
  /** The outcome, as the table shows it after a failure; `undefined`: it was not carried out, or that cannot be told. */
  readonly look?: () => Promise<Outcome | undefined>;
  /** Told before an error is thrown that leaves open whether the statement was carried out. */
  readonly onOpen?: (error: unknown) => void;
  /** Whether twice is the same as once, as for a reading. Default: false. */
  readonly isRepeatable?: boolean;
}

/**
 * Sends a statement, so that a failure of the database neither loses it without a word nor does it twice.
 *
 * What was rolled back (a deadlock, a serialisation failure) is planned anew and sent again. After any other failure it may have been
 * carried out all the same, since the connection may have gone before the answer came: then it looks, and sends what is repeatable once
 * more. What cannot be told reaches the caller as it came.
 */
export async function carryOut<Outcome>(store: SessionStore, plan: () => Statement<Outcome>): Promise<Outcome> {
  let isRepeated = false;
  for (let tried = 1; ; tried++) {
    const { send, look, onOpen, isRepeatable = false } = plan();
    try {
      return await send();
    } catch (error) {
      const kind = store.failureKind?.(error) ?? "unknown";
      const outcome = kind === "unknown" ? await look?.().catch(() => undefined) : undefined;
      if (outcome !== undefined) return outcome;
      const goesOn = kind === "rolledBack" || (kind === "unknown" && isRepeatable && !isRepeated);
      if (!goesOn || tried === MAX_TRIES) {
        if (kind === "unknown" || kind === "final") onOpen?.(error);
        throw error;
      }
      isRepeated ||= kind === "unknown";
    }
    await jitter(tried);
  }
}
