import { driverErrorOf } from "../../store/prisma/driver-error.ts";
import { messageOf } from "../command-error.ts";
import { codeOf, failureOf } from "../explain-failure.ts";
import { type Finding, failed, SkipError, skipped } from "./check.ts";
import { isTimeout } from "./limit.ts";

/**
 * The finding for an error that a check threw.
 *
 * @param remedy What to do about a value that does not fit.
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
  const { what, advice = isAboutValue(error) ? remedy : "Fix the cause, and run doctor again." } = failureOf(error);
  return failed(`${what}.`, advice);
}

/**
 * Whether a value is too long, or has characters that the column does not hold. Then the remedy of
 * the check fits.
 */
const isAboutValue = (error: unknown) =>
  codeOf(error) === "P2000" || ["1366", "1406", "22001", "22021", "22P05"].includes(driverErrorOf(error)?.code ?? "");

/** Its message says what is wrong, and then what to do. */
function ofConfigError(error: unknown, remedy: string): Finding {
  const [what = "", ...whatToDo] = messageOf(error).split(". ");
  return failed(`${what}.`, whatToDo.length > 0 ? `${whatToDo.join(". ")}.` : remedy);
}
