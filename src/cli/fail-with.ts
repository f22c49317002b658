import { CommandError, EXIT } from "./command-error.ts";
import { explainFailure } from "./explain-failure.ts";
import type { Host } from "./host.ts";
import { printableJson } from "./printable.ts";

/**
 * Says on standard error why the database failed. Errors that are paragraphs already are thrown.
 *
 * @param result What `--json` prints besides the error. `undefined` without `--json`.
 * @returns the exit code
 */
export function failWith(error: unknown, result: object | undefined, { stdout, stderr }: Host): number {
  if (error instanceof CommandError) throw error;
  const message = explainFailure(error, "Fix the cause, and run the command again.");
  if (result) stdout.write(`${printableJson({ ...result, error: message })}\n`);
  stderr.write(`prisma-db-session: ${message}\n`);
  return EXIT.failed;
}
