import { EXIT } from "./command-error.ts";
import type { Host, StopSignal } from "./host.ts";

/** Within this time a signal is the same wish: Ctrl-C reaches the command from the terminal, and once more from npx. */
const SAME_WISH_MS = 500;

/** The user's wish to stop, while `release` was not called. */
export interface StopSignals {
  /** Aborted by the first signal. */
  readonly signal: AbortSignal;
  /** Which it was. */
  stoppedBy(): StopSignal | undefined;
  /** Stops listening. Later signals reach only other listeners. */
  release(): void;
}

/** Listens for SIGINT and SIGTERM: the first asks to stop, a second one ends the process. */
export function stopSignals(host: Host, onFirst: () => void): StopSignals {
  const controller = new AbortController();
  let first: { signal: StopSignal; time: number } | undefined;
  const listen = (signal: StopSignal) => () => {
    const time = performance.now();
    if (!first) {
      first = { signal, time };
      onFirst();
      controller.abort();
    } else if (time - first.time > SAME_WISH_MS) host.exit(EXIT[signal]);
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
