import { EXIT } from "../command-error.ts";
import type { Host, StopSignal } from "../host.ts";
import { printable, printableJson } from "../printable.ts";
import { redactSecrets } from "../redact-secrets.ts";
import type { Status } from "./check.ts";
import type { Result } from "./diagnose.ts";

const WIDTH = 100;
const STATUSES: readonly Status[] = ["passed", "warning", "failed", "skipped"];

/**
 * Prints one line for each check, with the remedy below, or everything as one line of JSON.
 *
 * @returns the exit code
 */
export function report(
  found: readonly Result[],
  { json, stoppedBy }: { readonly json: boolean; readonly stoppedBy: StopSignal | undefined },
  { stdout }: Host,
): number {
  const results = found.map(redacted);
  if (json) stdout.write(`${printableJson({ ...(stoppedBy && { stoppedBy }), checks: results })}\n`);
  else
    stdout.write(
      `${results.map(lines).join("")}\n${stoppedBy ? `Stopped by ${stoppedBy}. ` : ""}${summary(results)}\n`,
    );
  if (stoppedBy) return EXIT[stoppedBy];
  return results.some(({ status }) => status === "failed") ? EXIT.failed : EXIT.done;
}

/** Messages of drivers and extensions may contain credentials. */
const redacted = ({ id, status, detail, remedy }: Result): Result => ({
  id,
  status,
  detail: redactSecrets(detail),
  ...(remedy !== undefined && { remedy: redactSecrets(remedy) }),
});

function lines({ id, status, detail, remedy }: Result): string {
  const head = `${status.padEnd(9)}${id.padEnd(15)}`;
  const indent = " ".repeat(head.length);
  // A database may hold names that change what a terminal shows.
  const paragraphs = [detail, ...(remedy === undefined ? [] : [`-> ${remedy}`])].flatMap((text) =>
    wrapped(text, indent),
  );
  return `${head}${paragraphs.join(`\n${indent}`)}\n`;
}

/** The lines of a text, broken between words. */
function wrapped(text: string, { length }: string): string[] {
  const all = [""];
  for (const word of text.split(/\s+/).map(printable)) {
    const line = all.at(-1) ?? "";
    if (line === "") all[all.length - 1] = word;
    else if (line.length + 1 + word.length > WIDTH - length) all.push(word);
    else all[all.length - 1] = `${line} ${word}`;
  }
  return all;
}

function summary(results: readonly Result[]): string {
  const counts = STATUSES.map((status) => ({ status, count: results.filter((one) => one.status === status).length }));
  const plural = (status: Status, count: number) => (status === "warning" && count > 1 ? "warnings" : status);
  const words = counts.filter(({ count }) => count > 0).map(({ status, count }) => `${count} ${plural(status, count)}`);
  return words.length > 0 ? `${words.join(", ")}.` : "No check was run.";
}
