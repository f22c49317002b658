/**
 * The end of a title, which says why its tests are skipped and how to have them run.
 * The summary at the end of a run gathers these reasons.
 */
export const skippedBecause = (reason: string | undefined): string =>
  reason === undefined ? "" : ` (skipped: ${reason})`;

/** The reason that a title or the titles around it end with. */
export const reasonIn = (fullTitle: string): string | undefined => / \(skipped: (.+?)\)(?= > |$)/.exec(fullTitle)?.[1];
