import { createInterface } from "node:readline/promises";
import { CommandError, EXIT } from "./command-error.ts";
import type { Host } from "./host.ts";

/** Asks the user at the terminal of this process. `undefined` if there is no terminal. */
export function terminalAsk({ stdin, stderr }: Pick<NodeJS.Process, "stdin" | "stderr">): Host["ask"] {
  if (!stdin.isTTY || !stderr.isTTY) return undefined;
  return async (question) => {
    // Standard output holds only the result.
    const terminal = createInterface({ input: stdin, output: stderr });
    try {
      return await new Promise<string>((resolve, reject) => {
        terminal.on("SIGINT", () => {
          stderr.write("\n");
          reject(new CommandError("Stopped by SIGINT. Nothing was changed.", EXIT.SIGINT));
        });
        terminal.on("close", () => resolve("")); // Ctrl-D
        terminal.question(question).then(resolve, reject);
      });
    } finally {
      terminal.close();
    }
  };
}

/**
 * Asks a question whose default answer is no.
 *
 * @param unchanged A sentence for the error: what did not happen, such as "Nothing was deleted."
 * @throws CommandError if there is no terminal
 */
export async function confirm({ ask }: Host, question: string, unchanged: string): Promise<boolean> {
  if (!ask) {
    throw new CommandError(
      `Cannot ask because standard input is not a terminal. ${unchanged} Add --yes to go ahead without a question.`,
    );
  }
  return /^y(es)?$/i.test((await ask(`${question} [y/N] `)).trim());
}
