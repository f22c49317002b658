// Works on sessions for a long time, as one server process does, and tells what is left behind each time that everything has come to rest.
import { createHook } from "node:async_hooks";
import { setImmediate as nextTurn } from "node:timers/promises";
import { createSessions, memoryStore, prismaStore, SessionError, type SessionStore } from "prisma-db-session";
import { connectClient } from "../databases/client.ts";
import { SECRET } from "../support.ts";
import { readJob, tell } from "./parent-process.ts";
import { seededRandom } from "./seeded-random.ts";

export interface Job {
  /** A SQLite database; without it the rows are in memory. */
  readonly url?: string;
  /** How many readings are told, and how many operations there are before each. */
  readonly readings: number;
  readonly operations: number;
  /** Whether promises are counted, which takes memory of its own. */
  readonly countsPromises: boolean;
  /** Whether something of each kind is left behind at every save, to see whether that is seen. */
  readonly leaks?: boolean;
}

export interface Reading {
  /** In megabytes, after collecting garbage. */
  readonly heap: number;
  readonly resident: number;
  /** What keeps the process alive. */
  readonly resources: readonly string[];
  /** The listeners on the process itself. */
  readonly listeners: number;
  /** Those that are neither settled nor collected. */
  readonly promises: number;
}

export interface Work {
  readonly readings: readonly Reading[];
  /** How often what happened. */
  readonly counts: Readonly<Record<string, number>>;
}

type FailureKind = "retryable" | "unknown" | "fatal";

class DatabaseFailure extends Error {
  override name = "DatabaseFailure";
  readonly kind: FailureKind;

  constructor(kind: FailureKind) {
    super(kind);
    this.kind = kind;
  }
}

const ACTORS = 10;
const SESSIONS = 40;
const KEYS = 20;

const { url, operations, readings, countsPromises, leaks = false } = readJob<Job>();
const pending = new Set<number>();
const settle = (id: number) => pending.delete(id);
const init = (id: number, type: string) => type === "PROMISE" && pending.add(id);
if (countsPromises) createHook({ init, promiseResolve: settle, destroy: settle }).enable();

const random = seededRandom(1);
const counts: Record<string, number> = {};
const store = failingNowAndThen(
  url === undefined ? memoryStore() : prismaStore((await connectClient("sqlite", url)).session),
);
const sessions = createSessions({
  store,
  secret: SECRET,
  // What two requests at once leave without an owner expires soon, and is cleared.
  maxAge: 1,
  refreshAfter: 0.001,
  onEvent: ({ type }) => count(`event ${type}`),
});
const sessionKeys: string[] = [];
const leaked: unknown[] = [];

/** Something that requests do; returns how many operations it was. */
async function step(): Promise<number> {
  const place = random.below(SESSIONS);
  const sessionKey = sessionKeys[place];
  const session = await sessions.load(sessionKey);
  const change = (of = session) => of.set(`key ${random.below(KEYS)}`, { text: `${random.below(1e6)}`.repeat(10) });
  const remember = () => {
    if (session.sessionKey !== null) sessionKeys[place] = session.sessionKey;
  };
  const work = random.pick({
    look: 20,
    save: 40,
    rotate: 10,
    flush: 3,
    refresh: 5,
    conflict: 15,
    refused: 5,
    clear: 1,
  });
  switch (work) {
    case "look":
      session.get(`key ${random.below(KEYS)}`);
      return 1;
    case "save":
      change();
      await attempt(() => session.save());
      remember();
      return 2;
    case "rotate":
      change();
      await attempt(() => session.cycleKey());
      remember();
      return 2;
    case "flush":
      await attempt(() => session.flush());
      return 2;
    case "refresh":
      await attempt(() => session.refresh());
      return 2;
    case "conflict": {
      const others = await Promise.all(Array.from({ length: 3 }, () => sessions.load(sessionKey)));
      for (const other of [session, ...others]) change(other);
      await Promise.all([session, ...others].map((other) => attempt(() => other.save())));
      // Those that had no session have made one each.
      for (const other of others) if (other.sessionKey !== session.sessionKey) await attempt(() => other.flush());
      remember();
      return 8;
    }
    case "refused":
      session.set("date", new Date());
      await attempt(() => session.save());
      return 2;
    case "clear":
      await attempt(() => sessions.clearExpired());
      return 2;
  }
}

/** Does something that may fail in one of the ways that it should. */
async function attempt(work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
    count("done");
  } catch (error) {
    if (!(error instanceof SessionError || error instanceof DatabaseFailure)) throw error;
    count(error.name);
  }
}

function count(what: string): void {
  counts[what] = (counts[what] ?? 0) + 1;
}

/** The same store, some of whose updates fail in each of the ways that there are. */
function failingNowAndThen(sound: SessionStore): SessionStore {
  const fail = () => {
    const kind = random.pick({ none: 97, retryable: 1, unknown: 1, fatal: 1 });
    if (kind !== "none") throw new DatabaseFailure(kind);
  };
  return {
    ...sound,
    async update(...args) {
      if (leaks) leave();
      fail();
      return sound.update(...args);
    },
    classifyError: (error) =>
      error instanceof DatabaseFailure ? error.kind : (sound.classifyError?.(error) ?? "unknown"),
  };
}

function leave(): void {
  leaked.push(Array.from({ length: 1000 }), new Promise(() => {}));
  setTimeout(() => {}, 3_600_000);
  process.on("warning", () => {});
}

async function read(): Promise<Reading> {
  for (let turn = 0; turn < 5; turn++) {
    globalThis.gc?.();
    await nextTurn();
  }
  const { heapUsed, rss } = process.memoryUsage();
  return {
    heap: heapUsed / 2 ** 20,
    resident: rss / 2 ** 20,
    resources: process.getActiveResourcesInfo().sort(),
    listeners: process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0),
    promises: pending.size,
  };
}

const all: Reading[] = [];
for (let reading = 0; reading <= readings; reading++) {
  let left = operations;
  const act = async () => {
    while (left > 0) {
      const done = await step();
      left -= done;
    }
  };
  await Promise.all(Array.from({ length: ACTORS }, act));
  all.push(await read());
}
// Before the first one functions were compiled, and caches filled.
tell({ readings: all.slice(1), counts } satisfies Work);
