import { AsyncLocalStorage } from "node:async_hooks";
import { setTimeout as wait, setImmediate as yieldToOthers } from "node:timers/promises";
import type { DbSession, Sessions } from "prisma-db-session";
import { randomSessionKey } from "../../src/key/session-key.ts";
import { type Kind, type Ledger, type Life, listOf, marksOf, type Operation } from "./ledger.ts";
import type { SeededRandom } from "./seeded-random.ts";

const SESSIONS = 4;
const ACTORS_OF_EACH = 4;
const KINDS = { save: 84, cycleKey: 8, flush: 3, create: 5 };
/** After a failure: as a server that is away refuses at once, actors without a pause would do nothing but ask. */
const MAX_PAUSE_MS = 20;

export interface LoadOptions {
  readonly ledger: Ledger;
  readonly random: SeededRandom;
  /**
   * Sessions as each process has them, which draws its keys with this generator. Every session has
   * actors in all of them: in two, or in as many as are asked for.
   */
  readonly sessions: (randomKey: () => string, process: number) => Sessions;
  readonly processes?: number;
  /** Whether this very error came from the database. */
  readonly isOfDatabase: (error: unknown) => boolean;
  /** Asked before each operation. */
  readonly isOver: () => boolean;
}

/** Where the keys are noted that an operation draws, which other operations of the same process do meanwhile too. */
const drawing = new AsyncLocalStorage<string[]>();

function drawKey(): string {
  const key = randomSessionKey();
  drawing.getStore()?.push(key);
  return key;
}

/** What several actors share, as tabs of a browser share a cookie. */
interface Shared {
  life: Life | undefined;
}

/** Several sessions, and several actors on each: whatever sessions can do, at the same time. Ends when all of it is answered. */
export async function runLoad(options: LoadOptions): Promise<void> {
  const processes = Array.from({ length: options.processes ?? 2 }, (_, i) => options.sessions(drawKey, i));
  const actors: Actor[] = [];
  for (let session = 0; session < SESSIONS; session++) {
    const shared: Shared = { life: undefined };
    for (let i = 0; i < ACTORS_OF_EACH; i++) {
      const sessions = processes[i % processes.length] as Sessions;
      actors.push(new Actor(actors.length, shared, sessions, options));
    }
  }
  await Promise.all(actors.map((actor) => actor.run()));
}

class Actor {
  readonly #id: number;
  readonly #shared: Shared;
  readonly #options: LoadOptions;
  readonly #sessions: Sessions;
  /** A session that was loaded or saved earlier: what it knows of its row may be long outdated. */
  #held: { readonly session: DbSession; readonly life: Life } | undefined;

  constructor(id: number, shared: Shared, sessions: Sessions, options: LoadOptions) {
    this.#id = id;
    this.#shared = shared;
    this.#sessions = sessions;
    this.#options = options;
  }

  async run(): Promise<void> {
    while (!this.#options.isOver()) {
      const life = this.#shared.life;
      const kind = life ? this.#options.random.pick(KINDS) : "create";
      if (!life || kind === "create") await this.#create();
      else if (kind === "flush") await this.#flush(life);
      else await this.#write(kind, life);
    }
  }

  async #create(): Promise<void> {
    const { ledger, random } = this.#options;
    const session = this.#sessions.open();
    let isAgain = false;
    do {
      const operation = this.#begin("create", session, undefined);
      mark(session, operation);
      // After a failure, a save of the same object adopts the row that may be there.
      if (await this.#answered(operation, session, () => (isAgain ? session.save() : session.create()))) {
        const life = ledger.born(operation);
        this.#shared.life = life;
        this.#held = { session, life };
        return;
      }
      isAgain = true;
    } while (random.chance(0.7));
  }

  async #write(kind: "save" | "cycleKey", current: Life): Promise<void> {
    const { random } = this.#options;
    if (!this.#held || random.chance(0.4)) await this.#load(current);
    if (!this.#held) return;
    const { session, life } = this.#held;
    // Others may come in between, as they may while a request is at work.
    for (let turns = random.below(4); turns > 0; turns--) await yieldToOthers();

    const appends = random.chance(0.3);
    const takes = random.chance(0.3) ? this.#takeMark(session) : [];
    const operation = this.#begin(kind, session, life, { appends, takes });
    mark(session, operation);
    if (await this.#answered(operation, session, () => session[kind]())) {
      if (life.key === operation.from) life.key = session.sessionKey ?? "";
    } else if (operation.outcome === "over") {
      this.#bury(life, operation);
    } else if (operation.outcome === "undecided" || random.chance(0.3)) {
      this.#held = undefined; // Otherwise the next save of the same object has to bring the changes of this one too.
    }
  }

  /** Takes away what an earlier operation has written, as a coupon is redeemed. Nothing may bring it back. */
  #takeMark(session: DbSession): number[] {
    const numbers = session.keys().flatMap((key) => /^a(\d+)$/.exec(key)?.[1] ?? []);
    const taken = numbers[this.#options.random.below(numbers.length)];
    if (taken === undefined) return [];
    for (const letter of ["a", "b"]) session.delete(letter + taken);
    return [Number(taken)];
  }

  async #load(life: Life): Promise<void> {
    const { key } = life;
    this.#held = undefined;
    const session = this.#sessions.open(key);
    const operation = this.#begin("load", session, life, { from: key });
    if (
      !(await this.#answered(
        operation,
        session,
        () => session.load(),
        () => session.sessionKey === null,
      ))
    ) {
      if (operation.outcome === "over") this.#bury(life, operation);
      return;
    }
    this.#held = { session, life };
  }

  async #flush(current: Life): Promise<void> {
    const { random } = this.#options;
    const held = random.chance(0.5) ? this.#held : undefined;
    const { session, life } = held ?? { session: this.#sessions.open(current.key), life: current };
    const operation = this.#begin("flush", session, life);
    if (!(await this.#answered(operation, session, () => session.flush()))) return;
    if (held) this.#held = undefined;
    this.#bury(life, operation);
  }

  /** The next actor begins a new session, unless this one lives on under another key. */
  #bury(life: Life, { from }: Operation): void {
    if (this.#held?.life === life && this.#held.session.sessionKey === from) this.#held = undefined;
    if (this.#shared.life === life && life.key === from) this.#shared.life = undefined;
  }

  #begin(
    kind: Kind,
    session: DbSession,
    life: Life | undefined,
    more: Partial<Pick<Operation, "from" | "appends" | "takes">> = {},
  ): Operation {
    const { sessionKey: from } = session;
    return this.#options.ledger.begin({ kind, actor: this.#id, object: session, life, from, ...more });
  }

  /** Whether it was acknowledged. */
  async #answered(
    operation: Operation,
    session: DbSession,
    work: () => Promise<unknown>,
    isOver = () => false,
  ): Promise<boolean> {
    const { ledger, isOfDatabase, random } = this.#options;
    try {
      await drawing.run(operation.drawn, work);
    } catch (error) {
      ledger.fail(operation, error, isOfDatabase, session.sessionKey);
      await wait(random.below(MAX_PAUSE_MS));
      return false;
    }
    if (isOver()) ledger.over(operation);
    else ledger.acknowledge(operation, session.sessionKey);
    return operation.outcome === "acknowledged";
  }
}

/** Leaves the operation's number under two keys of its own, and deep inside a value that is the actor's own. */
function mark(session: DbSession, operation: Operation): void {
  for (const key of marksOf(operation)) session.set(key, operation.number);
  if (!operation.appends) return;
  const list = session.setDefault(listOf(operation.actor), { numbers: [] }) as { numbers: number[] };
  list.numbers.push(operation.number);
}
