import { EXIT } from "../command-error.ts";
import type { Host, StopSignal } from "../host.ts";
import { printableJson } from "../printable.ts";
import type { Selection } from "./selection.ts";

/** The result of `revoke`. */
export interface RevokeResult {
  /**
   * The number of rows that are known to be deleted, even if the command failed or was stopped.
   * Absent after `--dry-run`.
   */
  readonly deleted?: number;
  readonly selection?: Selection;
  readonly stoppedBy?: StopSignal;
  /** The failure, and what to do about it. */
  readonly error?: string;
}

/**
 * Prints the result on standard output, and a failure on standard error.
 * @returns the exit code
 */
export function report(result: RevokeResult, json: boolean, { stdout, stderr }: Host): number {
  const { deleted, error, stoppedBy, selection } = result;
  if (json) {
    const { live, expired, liveInAll } = selection ?? {};
    const counts = deleted === undefined ? { live, expired, liveInAll } : { deleted };
    stdout.write(`${printableJson({ ...counts, ...(stoppedBy && { stoppedBy }), ...(error && { error }) })}\n`);
  } else if (!error || deleted) stdout.write(`${sentence(result)}\n`);
  if (error) stderr.write(`prisma-db-session: ${error}\n`);
  if (error) return EXIT.failed;
  return stoppedBy ? EXIT[stoppedBy] : EXIT.done;
}

function sentence({ deleted, selection, stoppedBy, error }: RevokeResult): string {
  if (deleted === undefined) return selection ? `${countsOf(selection)} Nothing was deleted.` : "";
  if (deleted === 0 && selection) return "No session matches. Nothing was deleted.";
  const rows = `${deleted} ${deleted === 1 ? "row" : "rows"}`;
  if (stoppedBy) return `Stopped by ${stoppedBy}: ${rows} deleted. Run the command again for the rest.`;
  return error ? `At least ${rows} deleted before it failed.` : `${rows} deleted.`;
}

/** The numbers of a selection as a sentence. */
export function countsOf({ live, expired, liveInAll }: Selection): string {
  const expiredRows = expired === 0 ? "" : `, and ${expired} expired ${expired === 1 ? "row" : "rows"}`;
  return `${live} of ${liveInAll} live ${liveInAll === 1 ? "session" : "sessions"} would be signed out${expiredRows}.`;
}
