import { messageOf } from "../command-error.ts";
import { abortable } from "./abortable-store.ts";
import { type Check, type Finding, failed, passed, type Subject, skipped, warning } from "./check.ts";
import { CHECKS } from "./checks.ts";
import { findingOf } from "./finding-of.ts";
import { limited } from "./limit.ts";

/** A line of the report. */
export interface Result extends Finding {
  readonly id: string;
}

const MORE_PATIENCE_MS = 2000;

interface Options {
  readonly readOnly: boolean;
  /** Ends the diagnosis early. `diagnose` still removes the probe rows. */
  readonly stop: AbortSignal;
}

/** Runs the checks for the database of the client, and removes the probe rows. */
export async function diagnose(subject: Subject, { readOnly, stop }: Options): Promise<readonly Result[]> {
  const results: Result[] = [];
  const running: Promise<unknown>[] = [];
  try {
    for (const check of CHECKS) {
      if (stop.aborted) break;
      if (check.providers && !check.providers.some((provider) => provider === subject.client.provider)) continue;
      const run = (signal: AbortSignal) => check.run({ ...subject, store: abortable(subject.store, signal, running) });
      const finding =
        reasonToSkip(check, results, readOnly) ??
        (await limited(stop, run).catch((error) => findingOf(error, check.remedy)));
      // The result of an aborted check says nothing about the database.
      if (!stop.aborted) results.push({ id: check.id, ...finding });
    }
  } finally {
    // A statement that still runs could insert a row after the clean-up.
    await settled(running);
    const finding = await cleanUp(subject);
    if (finding) results.push({ id: "cleanup", ...finding });
  }
  return results;
}

function reasonToSkip({ needs = [], writes }: Check, results: readonly Result[], readOnly: boolean) {
  if (readOnly && writes) return skipped("It writes, and --read-only was given.");
  const isMissing = (id: string) => results.some((other) => other.id === id && /failed|skipped/.test(other.status));
  const missing = needs.find(isMissing);
  // With --read-only, checks that write are skipped, and no other check needs them.
  return missing === undefined ? undefined : skipped(`It needs \`${missing}\`.`);
}

async function settled(running: readonly Promise<unknown>[]): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise((resolve) => {
    timer = setTimeout(resolve, MORE_PATIENCE_MS);
  });
  await Promise.race([Promise.allSettled(running), patience]);
  clearTimeout(timer);
}

/** @returns nothing if there was nothing to remove */
async function cleanUp({ probes, table }: Subject): Promise<Finding | undefined> {
  try {
    const outcome = await limited(new AbortController().signal, () => probes.remove(table));
    if (outcome === "none") return undefined;
    if (outcome === "removed") return passed("The rows that doctor wrote are removed.");
    return warning(
      "The row that doctor wrote was acknowledged, but was not found again. It may be in the table with another key.",
      `The row expires in a minute. If it is there, \`clear-expired\` deletes it. Its key was to begin with "${probes.prefix}".`,
    );
  } catch (error) {
    return failed(
      `The rows that doctor wrote could not be removed: ${messageOf(error)}.`,
      `Delete the rows whose key begins with "${probes.prefix}". They have expired in a minute.`,
    );
  }
}
