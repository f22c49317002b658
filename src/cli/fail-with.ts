import { CommandError, EXIT } from "./command-error.ts";
import { explainFailure } from "./explain-failure.ts";
import type { Host } from "./host.ts";
import { printableJson } from "./printable.ts";

/**
 * Prints on standard error why the database failed. A `CommandError` is thrown again, because its
 * message is already complete.
 *
 * @param result The other properties of the `--json` output. `undefined` without `--json`.
 * @returns the exit code
 */
export function failWith(error: unknown, result: object | undefined, { stdout, stderr }: Host): number {
  if (error instanceof CommandError) throw error;
  const message = explainFailure(error, "Fix the cause, and run the command again.");
  if (result) stdout.write(`${printableJson({ ...result, error: message })}\n`);
  stderr.write(`prisma-db-session: ${message}\n`);
  return EXIT.failed;
}
