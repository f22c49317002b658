import { ConfigError } from "../errors.ts";
import { jitter } from "../store/jitter.ts";

/** How many rounds in a row may miss. Another request may be faster, but not for ever. */
const MAX_MISSES = 10;

/** One reading, and the DELETE of the rows that it found. */
export interface Round {
  /** How many rows the DELETE deleted. */
  readonly deleted: number;
  /** Whether no row is left to delete. */
  readonly isLast: boolean;
  /** Whether the rows are still there, or have got other keys, although the DELETE ran. */
  readonly isMiss: boolean;
}

export interface Progress {
  /** How many rows were deleted before this round. */
  readonly deleted: number;
  /** How many of the last rounds missed in a row. */
  readonly misses: number;
  /** Whether this round is the last one if it misses too. */
  readonly isLastTry: boolean;
}

/**
 * Reads rows and deletes them, until none is left.
 * @param rows the name of the rows in the error message
 * @param round does one round
 * @returns the number of deleted rows
 * @throws ConfigError if the rows cannot be deleted
 */
export async function deleteInRounds(rows: string, round: (progress: Progress) => Promise<Round>): Promise<number> {
  let deleted = 0;
  let misses = 0;
  for (;;) {
    const done = await round({ deleted, misses, isLastTry: misses === MAX_MISSES - 1 });
    deleted += done.deleted;
    if (done.isLast) return deleted;
    misses = done.isMiss ? misses + 1 : 0;
    if (misses === MAX_MISSES) throw undeletableRowsError(rows);
    if (misses > 0) await jitter(misses);
  }
}

const undeletableRowsError = (rows: string): ConfigError =>
  new ConfigError(
    `${rows} cannot be deleted: they are still there after ${MAX_MISSES} DELETE statements. Pass the model of the ` +
      "primary, not of a replica. Check whether row-level security, a trigger or a soft-delete extension keeps the rows.",
  );
