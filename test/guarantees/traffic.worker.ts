// Requests at a steady pace, whether the database keeps up or not, as visitors come: loads, whose times are taken, and saves.
import { setTimeout as wait } from "node:timers/promises";
import { createSessions } from "prisma-db-session";
import { connectClient } from "../databases/client.ts";
import type { Provider } from "../databases/types.ts";
import { SECRET } from "../support.ts";
import { liveKey } from "./full-table.ts";
import { hear, readJob, tell } from "./parent-process.ts";
import { type Quantiles, quantiles } from "./quantiles.ts";

export interface Job {
  readonly provider: Provider;
  readonly url: string;
  /** How many live sessions there are. */
  readonly live: number;
  readonly loadsPerSecond: number;
  readonly savesPerSecond: number;
}

/**
 * What ended between two words of the test; in milliseconds. Null where nothing did: a few thousand rows can be cleared
 * sooner than the next save ends.
 */
export interface Phase {
  /** How long loads took. */
  readonly loads: Quantiles | null;
  /** The same, counted from when they were due: with what a blocked process kept waiting, but also with the timers' own lateness. */
  readonly sinceDue: Quantiles | null;
  readonly saves: Quantiles | null;
}

export interface Traffic {
  readonly errors: readonly string[];
  /** What was saved into each session, by its index. */
  readonly saved: readonly (readonly [index: number, data: Readonly<Record<string, boolean>>])[];
}

const { provider, url, live, loadsPerSecond, savesPerSecond } = readJob<Job>();
const client = await connectClient(provider, url);
const sessions = createSessions({ model: client.session, secret: SECRET });
const errors: string[] = [];
const saved = new Map<number, Record<string, boolean>>();
let times = newTimes();
let over = false;

const paces = [pace(loadsPerSecond, load), pace(savesPerSecond, save)];
tell("running");
for (const word of ["measure", "next", "stop"]) {
  await hear(word);
  if (word !== "measure") tell(summary());
  times = newTimes();
}
over = true;
await Promise.all(paces);
tell({ errors, saved: [...saved] } satisfies Traffic);

async function load(due: number): Promise<void> {
  const began = performance.now();
  const session = await sessions.load(liveKey(anyIndex()));
  const ended = performance.now();
  times.loads.push(ended - began);
  times.sinceDue.push(ended - due);
  if (session.sessionKey === null) errors.push("A live session was not found.");
}

async function save(_due: number, number: number): Promise<void> {
  const index = anyIndex();
  const session = await sessions.load(liveKey(index));
  session.set(`save${number}`, true);
  const began = performance.now();
  await session.save();
  times.saves.push(performance.now() - began);
  saved.set(index, { ...saved.get(index), [`save${number}`]: true });
}

async function pace(perSecond: number, request: (due: number, number: number) => Promise<void>): Promise<void> {
  const running = new Set<Promise<void>>();
  const began = performance.now();
  for (let number = 0; !over; number++) {
    const due = began + (number * 1000) / perSecond;
    await wait(Math.max(0, due - performance.now()));
    const done: Promise<void> = request(due, number)
      .catch((error) => {
        errors.push(String(error));
      })
      .finally(() => running.delete(done));
    running.add(done);
  }
  await Promise.all(running);
}

function newTimes() {
  return { loads: [] as number[], sinceDue: [] as number[], saves: [] as number[] };
}

function summary(): Phase {
  const { loads, sinceDue, saves } = times;
  return { loads: quantiles(loads), sinceDue: quantiles(sinceDue), saves: quantiles(saves) };
}

function anyIndex(): number {
  return Math.floor(Math.random() * live);
}
