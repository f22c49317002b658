import { stripVTControlCharacters } from "node:util";
import { printable } from "./printable.ts";
import { redactSecrets } from "./redact-secrets.ts";

/** The exit codes. After a signal: 128 plus the number of the signal, as in shells. */
export const EXIT = { done: 0, failed: 1, wrongUse: 2, SIGINT: 130, SIGTERM: 143 } as const;

/** An error whose message is one paragraph for the user: what is wrong, and what to do. */
export class CommandError extends Error {
  constructor(
    message: string,
    readonly exitCode: number = EXIT.wrongUse,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/**
 * The message of an error as a part of a sentence: one line without secrets, control characters or
 * a final full stop.
 */
export function messageOf(error: unknown): string {
  const text = redactSecrets(stripVTControlCharacters(textOf(error)));
  return printable(text.replace(/\s+/g, " ").trim().replace(/\.$/, ""));
}

/** Reading a thrown value may throw too, such as a client that is created at its first use. */
function textOf(error: unknown): string {
  try {
    return String(error instanceof Error ? error.message || error.name : error);
  } catch {
    return "an error that cannot be read";
  }
}
