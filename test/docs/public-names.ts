import * as core from "prisma-db-session";
import { createSessions, memoryStore, type SessionsOptions } from "prisma-db-session";
import * as edge from "prisma-db-session/edge";
import * as next from "prisma-db-session/next";
import * as testing from "prisma-db-session/testing";
import * as web from "prisma-db-session/web";
import { COMMANDS } from "../../src/cli/commands.ts";
import { SECRET } from "../support.ts";

const options = () => ({ store: memoryStore(), secret: SECRET });

/** Every name that a user can write: what the entries export, and what the objects have that they return. */
export function publicNames(): ReadonlySet<string> {
  const session = createSessions(options()).open();
  const sessions = [createSessions(options()), next.createNextSessions(options()), web.createWebSessions(options())];
  const names = [core, edge, next, testing, web, ...sessions].flatMap((each) => Object.keys(each));
  names.push("accessed", "modified" satisfies keyof typeof session);
  for (let object = Object.getPrototypeOf(session); object !== Object.prototype; object = Object.getPrototypeOf(object))
    names.push(...Object.getOwnPropertyNames(object));
  return new Set(names);
}

/** Whether `createSessions` knows an option of this name. */
export function isOption(name: string): boolean {
  try {
    // An unknown name is refused before any value is looked at.
    createSessions({ ...options(), [name]: options()[name as "store"] } as SessionsOptions);
  } catch (error) {
    return !String(error).includes("unknown option");
  }
  return true;
}

/** Whether the command line `prisma-db-session ...` names a command and options that it has. */
export function isCommandLine(words: readonly string[]): boolean {
  const command = COMMANDS.find(({ name }) => name === words[0]);
  const flags = words.flatMap((word) => /^--([\w-]+)/.exec(word)?.[1] ?? []);
  return command !== undefined && flags.every((flag) => Object.hasOwn(command.options, flag));
}
