import { ConfigError } from "../errors.ts";
import type { Host } from "./host.ts";
import type { SessionModel } from "./session-model.ts";

const WORD_MS = 3000;
const LIMIT_MS = 30_000;

/**
 * Waits until the database answers for the first time, and says so if that takes long.
 *
 * @throws the error of the statement, or an error if the database does not answer within 30 seconds
 */
export async function firstAnswer({ store }: SessionModel, { stderr }: Host): Promise<void> {
  const timers: NodeJS.Timeout[] = [];
  const silence = new Promise<never>((_, reject) => {
    timers.push(setTimeout(() => stderr.write("Waiting for the database...\n"), WORD_MS));
    timers.push(setTimeout(() => reject(new Error("No answer within 30 seconds")), LIMIT_MS));
  });
  try {
    await Promise.race([store.find("first-answer"), silence]);
  } finally {
    timers.forEach(clearTimeout);
  }
}

/**
 * The same, and says on standard error which database it is. A wrong database often has no session
 * table, so this says it then, too.
 *
 * @returns its name, if it is known
 */
export async function nameDatabase(model: SessionModel, host: Host): Promise<string | undefined> {
  try {
    await firstAnswer(model, host);
  } catch (error) {
    if (error instanceof ConfigError) await printName(model, host);
    throw error;
  }
  return printName(model, host);
}

async function printName(model: SessionModel, host: Host): Promise<string | undefined> {
  const name = await model.databaseName();
  if (name !== undefined) host.stderr.write(`Database: ${name}\n`);
  return name;
}
