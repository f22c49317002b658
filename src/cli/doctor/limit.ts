/** What a check may take. The whole takes a few seconds, unless the database does not answer. */
const LIMIT_MS = 10_000;

/**
 * Ends the wait for some work when a signal is aborted, or after ten seconds. The work itself gets the signal of both.
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
