import { SessionError } from "../errors.ts";

/** Where the user called a method of this package. */
export interface CallSite {
  readonly stack?: unknown;
}

/**
 * Notes where the user is calling from. An error that is thrown later, after other work, no longer
 * knows this. It costs about 4 µs. The text of the stack is made only if it is read.
 */
export function captureCallSite(): CallSite {
  const site: CallSite = {};
  Error.captureStackTrace(site);
  return site;
}

/** Does work. If it throws an error of this package, the error's stack leads to the user's line. */
export async function atCallSite<Result>(site: CallSite, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof SessionError ? leadTo(site, error) : error;
  }
}

/** Gives an error a stack that leads to the user's line. */
export function leadTo<Raised extends Error>({ stack }: CallSite, error: Raised): Raised {
  const frames = typeof stack === "string" ? /(?:\n {4}at .*)+$/.exec(stack)?.[0] : undefined;
  if (frames) error.stack = `${error.name}: ${error.message}${frames}`;
  return error;
}
