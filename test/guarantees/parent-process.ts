// The other end of `worker-process.ts`, for the processes that tests start. No vitest in here, nor in what else they import.
import { on } from "node:events";

// From the beginning, so that nothing is missed. It also keeps the process alive until the test is done with it.
const messages = on(process, "message");

/** Nobody waits for what this process does any more. */
process.once("disconnect", () => process.exit());

/** What the test wants done. */
export const readJob = <Job>(): Job => JSON.parse(process.argv[2] ?? "");

export const tell = (message: object | string): unknown => process.send?.(message);

/** Waits until the test says this. */
export async function hear(word: string): Promise<void> {
  while ((await messages.next()).value[0] !== word);
}
