import { EXIT } from "../command-error.ts";
import type { Host, StopSignal } from "../host.ts";

/** The result of the command, as `--json` prints it. */
export interface CommandResult {
  /** The number of deleted rows, even if the command failed or was stopped. */
  readonly deleted?: number;
  /** The number of rows that the command would delete. */
  readonly expired?: number;
  readonly stoppedBy?: StopSignal;
  /** The failure, and what to do about it. */
  readonly error?: string;
}

/**
 * Prints the result on standard output, and a failure on standard error.
 * @returns the exit code
 */
export function report(result: CommandResult, json: boolean, { stdout, stderr }: Host): number {
  const { deleted, error, stoppedBy } = result;
  if (json) stdout.write(`${JSON.stringify(result)}\n`);
  else if (!error || deleted) stdout.write(`${sentence(result)}\n`);
  if (error) stderr.write(`prisma-db-session: ${error}\n`);
  if (error) return EXIT.failed;
  return stoppedBy ? EXIT[stoppedBy] : EXIT.done;
}

function sentence({ deleted = 0, expired, stoppedBy, error }: CommandResult): string {
  if (expired !== undefined) return `${rows(expired)} would be deleted.`;
  if (stoppedBy) return `Stopped by ${stoppedBy}: ${rows(deleted)} deleted. Run the command again for the rest.`;
  return `${rows(deleted)} deleted${error ? " before it failed" : ""}.`;
}

const rows = (count: number): string => `${count} expired ${count === 1 ? "row" : "rows"}`;
