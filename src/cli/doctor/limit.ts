/** The time limit of a check. All checks together take a few seconds if the database answers. */
const LIMIT_MS = 10_000;

/**
 * Waits for some work until a signal is aborted, at most ten seconds. The work gets a signal that
 * is aborted in both cases.
 *
 * @throws the signal's reason, or a TimeoutError
 */
export async function limited<Result>(
  stop: AbortSignal,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const signal = AbortSignal.any([stop, AbortSignal.timeout(LIMIT_MS)]);
  signal.throwIfAborted();
  let give = () => {};
  const aborted = new Promise<never>((_, reject) => {
    give = () => reject(signal.reason);
    signal.addEventListener("abort", give, { once: true });
  });
  try {
    return await Promise.race([work(signal), aborted]);
  } finally {
    signal.removeEventListener("abort", give);
  }
}

export const isTimeout = (error: unknown): boolean => error instanceof Error && error.name === "TimeoutError";
