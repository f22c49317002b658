import { stripVTControlCharacters } from "node:util";
import { printable } from "./printable.ts";
import { withoutSecrets } from "./without-secrets.ts";

/** How a command ended. Stopped by a signal it is 128 and the signal's number, as shells have it. */
export const EXIT = { done: 0, failed: 1, wrongUse: 2, SIGINT: 130, SIGTERM: 143 } as const;

/** What the user is told in one paragraph, "what happened. what to do.", and nothing else. */
export class CommandError extends Error {
  constructor(
    message: string,
    readonly exitCode: number = EXIT.wrongUse,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** The message of an error as a part of a sentence: on one line, without secrets, control characters and a full stop. */
export function messageOf(error: unknown): string {
  const text = withoutSecrets(stripVTControlCharacters(textOf(error)));
  return printable(text.replace(/\s+/g, " ").trim().replace(/\.$/, ""));
}

/** What was thrown may throw again when it is looked at, as a client does that is built when it is first used. */
function textOf(error: unknown): string {
  try {
    return String(error instanceof Error ? error.message || error.name : error);
  } catch {
    return "an error that cannot be read";
  }
}
