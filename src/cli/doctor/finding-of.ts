import { messageOf } from "../command-error.ts";
import { codeOf, failureOf } from "../explain-failure.ts";
import { type Finding, failed, SkipError, skipped } from "./check.ts";
import { isTimeout } from "./limit.ts";

/**
 * The finding for an error that a check threw.
 *
 * @param remedy What to do, unless the error itself says it.
 */
export function findingOf(error: unknown, remedy = "Fix the cause, and run doctor again."): Finding {
  if (error instanceof SkipError) return skipped(`${error.message}.`);
  if (isTimeout(error)) {
    return failed(
      "The database did not answer within 10 seconds.",
      "See that it runs, that its URL is right, and that nothing locks the table.",
    );
  }
  if (codeOf(error) === "SESSION_CONFIG") return ofConfigError(error, remedy);
  const { what, advice = remedy } = failureOf(error);
  return failed(`${what}.`, advice);
}

/** The message of a ConfigError says what is wrong, and then what to do. */
function ofConfigError(error: unknown, remedy: string): Finding {
  const [what = "", ...whatToDo] = messageOf(error).split(". ");
  return failed(`${what}.`, whatToDo.length > 0 ? `${whatToDo.join(". ")}.` : remedy);
}
