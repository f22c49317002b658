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
    if (!(error instanceof SessionError)) throw error;
    // Only here, because reading the property makes the text.
    const { stack } = site;
    const frames = typeof stack === "string" ? /(?:\n {4}at .*)+$/.exec(stack)?.[0] : undefined;
    if (frames) error.stack = `${error.name}: ${error.message}${frames}`;
    throw error;
  }
}
