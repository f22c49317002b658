import { AsyncLocalStorage } from "node:async_hooks";
import { hash } from "node:crypto";
import {
  type Codec,
  createSessions,
  type DbSession,
  memoryStore,
  type SessionStore,
  type Sessions,
  type UpdateGuard,
} from "prisma-db-session";
import { SECRET, START } from "../support.ts";
import { currentActor } from "./drawn-text.ts";

export type Data = Record<string, unknown>;

/** One of the requests that run concurrently. */
export interface Actor {
  /** Runs under the scheduler: each statement, and each `step`, is one choice of the explorer. */
  readonly run: (world: ActorsWorld) => Promise<void>;
  /** How many of its statements may fail. Default: 0. */
  readonly faults?: number;
}

/** What an actor works with. */
export interface ActorsWorld {
  readonly sessions: Sessions<Data>;
  /** The key of the session that all actors share. */
  readonly key: string;
  /** Something that happens at once, between two statements. It sees the table without faults. */
  readonly step: (work: (unhindered: Sessions<Data>) => Promise<void>) => Promise<void>;
  readonly advance: (seconds: number) => void;
  /** The session, loaded. A user who gets an error here loads the page again, so these readings do not fail. */
  readonly load: () => Promise<DbSession<Data>>;
  readonly note: (what: string) => void;
}

/** A statement that changed the table. */
interface Applied {
  readonly actor: number;
  readonly key: string;
  readonly before: Data | undefined;
  readonly after: Data | undefined;
  readonly keyAfter: string;
}

/** How one interleaving ended. */
export interface Ending {
  /** What each actor noted. */
  readonly notes: readonly (readonly string[])[];
  /** All statements that changed the table, in their order. */
  readonly applied: readonly Applied[];
  readonly rows: ReadonlyMap<string, Data>;
}

export interface Scenario {
  readonly actors: readonly Actor[];
  /** How many statements may fail in all. Default: as the actors say. */
  readonly faults?: number;
  /** What is wrong with an ending, if anything. */
  readonly judge: (ending: Ending) => string | undefined;
  /** Compare the dictionary alone, as if two texts could be the same: a guard that must be found to be too weak. */
  readonly hasWeakGuard?: boolean;
}

type Choice = { readonly kind: "ok" | "unheard" | "lost" | "late" | "arrive"; readonly of: number };

interface Waiting {
  readonly verb: "find" | "insert" | "update" | "delete" | "step";
  readonly execute: () => Promise<unknown>;
  readonly settle: (result: { readonly value: unknown } | { readonly error: Error }) => void;
}

const KEY = "shared0shared0shared0shared0";
const MAX_AGE = 3600;
/** Text as it is, so that a run takes microseconds. A guard compares the whole of it. */
const plain: Codec = { encode: (text) => text, decode: (data) => data };

/** One interleaving, as far as it was chosen. */
class Run {
  readonly #scenario: Scenario;
  readonly #table = memoryStore();
  readonly #waiting: (Waiting | undefined)[];
  /** Statements that their senders have given up, and that the network may still deliver. */
  readonly #late: { readonly name: string; readonly execute: () => Promise<unknown> }[] = [];
  readonly #history: string[][];
  readonly #faults: number[];
  readonly #isReliable: boolean[] = [];
  readonly #notes: string[][];
  readonly #applied: Applied[] = [];
  /** What was written, with the ids of the writes: the rows follow from it. */
  #writings = "";
  /** Actors whose next reading fails too. The store retries a reading, so one fault is two failures. */
  readonly #failsAgain: boolean[] = [];
  #faultsInAll: number;
  #now = START.getTime();

  constructor(scenario: Scenario) {
    this.#scenario = scenario;
    const each = <Value>(value: (actor: Actor) => Value) => scenario.actors.map(value);
    this.#waiting = each(() => undefined);
    this.#history = each(() => []);
    this.#notes = each(() => []);
    this.#faults = each(({ faults = 0 }) => faults);
    this.#faultsInAll = scenario.faults ?? Number.POSITIVE_INFINITY;
  }

  async start(): Promise<void> {
    await currentActor.run({ index: 9, drawn: 0 }, async () => {
      const session = this.#sessions(this.#table, () => KEY).open();
      session.set("base", 0);
      await session.save();
    });
    for (const [index, actor] of this.#scenario.actors.entries()) {
      void currentActor.run({ index, drawn: 0 }, () => this.#play(actor, index));
    }
    await settled();
  }

  async #play(actor: Actor, index: number): Promise<void> {
    let keys = 0;
    const newKey = () => `actor${index}key${keys++}xxxxxxxxxxxx`;
    const world: ActorsWorld = {
      sessions: this.#sessions(this.#scheduledStore(index), newKey),
      key: KEY,
      step: (work) =>
        this.#schedule(index, "step", () => work(this.#sessions(this.#watched(index), newKey))) as Promise<void>,
      advance: (seconds) => {
        this.#now += seconds * 1000;
      },
      load: async () => {
        this.#isReliable[index] = true;
        const session = await world.sessions.load(KEY);
        this.#isReliable[index] = false;
        return session;
      },
      note: (what) => this.#notes[index]?.push(what),
    };
    await actor.run(world);
  }

  #sessions(store: SessionStore, randomKey: () => string): Sessions<Data> {
    const now = () => new Date(this.#now);
    return createSessions<Data>({
      store,
      secret: SECRET,
      codec: plain,
      hashKeys: false,
      maxAge: MAX_AGE,
      now,
      randomKey,
    });
  }

  /** The table, with a record of what each statement changed. */
  #watched(actor: number): SessionStore {
    const table = this.#table;
    const read = async (key: string) => dataIn((await table.find(key))?.data);
    const watch = async <Result>(key: string, keyAfter: string, statement: () => Promise<Result>): Promise<Result> => {
      const before = await read(key);
      const result = await statement();
      const after = await read(keyAfter);
      if (result === "updated" || result === true) {
        this.#applied.push({ actor, key, before, after, keyAfter });
        const row = await table.find(keyAfter);
        this.#writings += JSON.stringify([actor, key, keyAfter, row?.data, row?.expireDate]);
      }
      return result;
    };
    return {
      ...table,
      insert: (row) => watch(row.key, row.key, () => table.insert(row)),
      update: (key, guard, changes) =>
        watch(key, changes.key ?? key, async () => table.update(key, await this.#guardOf(key, guard), changes)),
      delete: (key) => watch(key, key, () => table.delete(key)),
    };
  }

  async #guardOf(key: string, guard: UpdateGuard): Promise<UpdateGuard> {
    if (!this.#scenario.hasWeakGuard) return guard;
    const data = (await this.#table.find(key))?.data ?? "";
    const isSame = JSON.stringify(dataIn(data || "{}")) === JSON.stringify(dataIn(guard.data as string));
    return isSame ? { ...guard, data } : guard;
  }

  #scheduledStore(actor: number): SessionStore {
    const table = this.#watched(actor);
    const schedule = <Result>(verb: Waiting["verb"], execute: () => Promise<Result>) =>
      this.#schedule(actor, verb, execute) as Promise<Result>;
    return {
      ...table,
      find: (key) => schedule("find", () => table.find(key)),
      insert: (row) => schedule("insert", () => table.insert(row)),
      update: (...args) => schedule("update", () => table.update(...args)),
      delete: (key) => schedule("delete", () => table.delete(key)),
    };
  }

  #schedule(actor: number, verb: Waiting["verb"], execute: () => Promise<unknown>): Promise<unknown> {
    if (verb === "find" && this.#failsAgain[actor]) {
      this.#failsAgain[actor] = false;
      return Promise.reject(lost());
    }
    return new Promise((resolve, reject) => {
      const settle: Waiting["settle"] = (result) => ("error" in result ? reject(result.error) : resolve(result.value));
      this.#waiting[actor] = { verb, execute: AsyncLocalStorage.bind(execute), settle };
    });
  }

  choices(): Choice[] {
    const choices: Choice[] = [];
    for (const [of, waiting] of this.#waiting.entries()) {
      if (!waiting) continue;
      choices.push({ kind: "ok", of });
      if (waiting.verb === "step" || this.#isReliable[of] || !this.#faults[of] || this.#faultsInAll === 0) continue;
      choices.push({ kind: "lost", of });
      if (waiting.verb !== "find") choices.push({ kind: "unheard", of }, { kind: "late", of });
    }
    for (const of of this.#late.keys()) choices.push({ kind: "arrive", of });
    return choices;
  }

  async take({ kind, of }: Choice): Promise<void> {
    if (kind === "arrive") {
      const [late] = this.#late.splice(of, 1);
      await late?.execute();
      return;
    }
    const { verb, execute, settle } = this.#waiting[of] as Waiting;
    this.#waiting[of] = undefined;
    if (kind === "late") this.#late.push({ name: `${of} ${this.#history[of]?.length}`, execute });
    const value = kind === "ok" || kind === "unheard" ? await execute() : undefined;
    if (kind !== "ok") {
      this.#faults[of] = (this.#faults[of] ?? 0) - 1;
      this.#faultsInAll--;
    }
    this.#history[of]?.push(`${verb} ${kind === "ok" ? JSON.stringify(value) : "failed"} ${this.#now}`);
    if (verb === "find" && kind === "lost") this.#failsAgain[of] = true;
    settle(kind === "ok" ? { value } : { error: lost() });
    await settled();
  }

  /** Two runs with the same state go on in the same way: an actor's state follows from what it has heard. */
  state(): string {
    const late = this.#late.map(({ name }) => name);
    return hash("sha1", JSON.stringify([this.#writings, late, this.#history, this.#now]), "base64");
  }

  async #rows() {
    const found = await this.#table.findExpired(new Date(8.64e15), 100);
    const rows = await Promise.all(found.map(async ({ key }) => [key, (await this.#table.find(key))?.data] as const));
    return new Map(rows.sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  async ending(): Promise<Ending> {
    const rows = new Map([...(await this.#rows())].map(([key, data]) => [key, dataIn(data) ?? {}]));
    return { notes: this.#notes, applied: this.#applied, rows };
  }
}

const lost = () => new Error("The connection was lost.");

/** All that goes on by itself has gone on. */
const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

function dataIn(data: string | undefined): Data | undefined {
  if (data === undefined) return undefined;
  const entries = Object.entries(JSON.parse(data) as Data).filter(([name]) => !name.startsWith("_session_"));
  return Object.fromEntries(entries);
}

/** Runs a scenario in every interleaving. Returns how many states and endings there were. Throws at a wrong ending. */
export async function explore(scenario: Scenario): Promise<{ readonly states: number; readonly endings: number }> {
  const seen = new Set<string>();
  const open: Choice[][] = [[]];
  let endings = 0;
  for (let chosen = open.pop(); chosen; chosen = open.pop()) {
    const run = new Run(scenario);
    await run.start();
    for (const choice of chosen) await run.take(choice);
    const path = [...chosen];
    while (true) {
      const state = run.state();
      if (seen.has(state)) break;
      seen.add(state);
      const [first, ...others] = run.choices();
      if (!first) {
        endings++;
        const problem = scenario.judge(await run.ending());
        if (problem) throw new Error(`${problem}\n${describe(path)}\n${JSON.stringify(await run.ending(), null, 1)}`);
        break;
      }
      for (const other of others) open.push([...path, other]);
      path.push(first);
      await run.take(first);
    }
  }
  return { states: seen.size, endings };
}

const describe = (path: readonly Choice[]) => path.map(({ kind, of }) => `${kind} ${of}`).join(", ");
