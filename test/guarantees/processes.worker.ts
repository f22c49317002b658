// One of the processes of `processes.test.ts`: many requests with the same session, each with a key of its own.
import { createSessions, type SessionEvent } from "prisma-db-session";
import { connectStore } from "../databases/client.ts";
import type { Database } from "../databases/types.ts";
import { SECRET } from "../support.ts";
import { hear, readJob, tell } from "./parent-process.ts";

export interface Job {
  readonly prisma: Database["prisma"];
  readonly provider: Database["provider"];
  readonly url: string;
  readonly sessionKey: string;
  /** The keys that the requests are to add, each one. */
  readonly keys: readonly string[];
}

export interface Outcome {
  readonly errors: readonly string[];
  readonly statements: number;
  /** The number of the attempt after which each merge was needed. */
  readonly merges: readonly number[];
  readonly milliseconds: number;
}

const { prisma, provider, url, sessionKey, keys } = readJob<Job>();
let statements = 0;
const store = await connectStore({ prisma, provider, url, onQuery: () => statements++ });
const events: SessionEvent[] = [];
const { load } = createSessions({ store, secret: SECRET, onEvent: (event) => events.push(event) });

const requests = await Promise.all(keys.map(async (key) => ({ key, session: await load(sessionKey) })));
statements = 0;
tell("loaded");

await hear("save");
const began = performance.now();
const results = await Promise.allSettled(
  requests.map(({ key, session }) => {
    session.set(key, key);
    return session.save();
  }),
);
const outcome: Outcome = {
  errors: results.flatMap((result) => (result.status === "rejected" ? [String(result.reason)] : [])),
  statements,
  merges: events.flatMap((event) => (event.type === "merged" ? [event.attempt] : [])),
  milliseconds: performance.now() - began,
};
tell(outcome);
