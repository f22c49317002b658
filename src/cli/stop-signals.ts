import { EXIT } from "./command-error.ts";
import type { Host, StopSignal } from "./host.ts";

/**
 * A second signal within this time does not count. With npx, one Ctrl-C reaches the command twice:
 * from the terminal and from npx.
 */
const SAME_SIGNAL_MS = 500;

/** The stop signals of the process, until `release` is called. */
export interface StopSignals {
  /** Is aborted by the first signal. */
  readonly signal: AbortSignal;
  /** The first signal. */
  stoppedBy(): StopSignal | undefined;
  /** Stops listening. Later signals reach only other listeners. */
  release(): void;
}

/** Listens for SIGINT and SIGTERM. The first signal asks to stop, the second ends the process. */
export function stopSignals(host: Host, onFirst: () => void): StopSignals {
  const controller = new AbortController();
  let first: { signal: StopSignal; time: number } | undefined;
  const listen = (signal: StopSignal) => () => {
    const time = performance.now();
    if (!first) {
      first = { signal, time };
      onFirst();
      controller.abort();
    } else if (time - first.time > SAME_SIGNAL_MS) host.exit(EXIT[signal]);
  };
  const listeners = [
    ["SIGINT", listen("SIGINT")],
    ["SIGTERM", listen("SIGTERM")],
  ] as const;
  for (const [signal, listener] of listeners) host.on(signal, listener);
  return {
    signal: controller.signal,
    stoppedBy: () => first?.signal,
    release() {
      for (const [signal, listener] of listeners) host.off(signal, listener);
    },
  };
}
