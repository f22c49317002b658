import fc from "fast-check";
import { createSessions, type DbSession, type SessionStore, type Sessions } from "prisma-db-session";
import { expect, it, vi } from "vitest";
import { describeEachStore } from "../stores.ts";
import { SECRET, START, storedKey } from "../support.ts";
import { PROOF_TIMEOUT_MS, report, scale } from "./scale.ts";
import { EXPIRY, type Request, SessionModel } from "./session-model.ts";

// The waits between attempts are not what this is about.
vi.mock("../../src/store/jitter.ts", () => ({ jitter: async () => {} }));

type Data = Record<string, unknown>;

/** One step of one request. */
type Operation =
  | { readonly do: "load" | "openAndClear" | "save" | "cycleKey" | "flush" | "destroy" | "clear" | "clearExpired" }
  | { readonly do: "set" | "push" | "signIn"; readonly key: string; readonly value: number }
  | { readonly do: "delete"; readonly key: string }
  | { readonly do: "setExpiry"; readonly seconds: number | null };

/** What the requests do at once, each its operations one after another, and how many seconds pass before. */
interface Phase {
  readonly seconds: number;
  readonly requests: readonly (readonly Operation[])[];
}

const MAX_AGE = 3600;
const ACTORS = 5;
const END_OF_TIME = new Date(Date.UTC(9999, 11, 31));

const key = fc.constantFrom("a", "b", "c", "d");
const value = fc.integer({ min: 0, max: 3 });
const verb = <Verb extends Operation["do"]>(name: Verb) => fc.record({ do: fc.constant(name) });
const operation: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 6, arbitrary: verb("load") },
  { weight: 16, arbitrary: fc.record({ do: fc.constantFrom("set" as const, "push" as const), key, value }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("delete" as const), key }) },
  { weight: 16, arbitrary: verb("save") },
  { weight: 2, arbitrary: verb("cycleKey") },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("signIn" as const), key, value }) },
  { weight: 1, arbitrary: verb("flush") },
  { weight: 1, arbitrary: verb("destroy") },
  { weight: 1, arbitrary: verb("clear") },
  { weight: 1, arbitrary: verb("openAndClear") },
  { weight: 1, arbitrary: verb("clearExpired") },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant("setExpiry" as const), seconds: fc.constantFrom(60, 7200, null) }),
  },
);
/** What happens in a phase counts from its beginning: each request loads the session first, unless it goes on with the one that it has. */
const request = fc
  .tuple(fc.boolean(), fc.array(operation, { maxLength: 6 }))
  .map(([goesOn, steps]): Operation[] => (goesOn ? steps : [{ do: "load" }, ...steps]));
const phase: fc.Arbitrary<Phase> = fc.record({
  seconds: fc.constantFrom(0, 0, 0, 0, 0, 59, 60, MAX_AGE - 1, MAX_AGE),
  requests: fc.array(request, { minLength: 2, maxLength: ACTORS }),
});
const program = fc.array(phase, { minLength: 1, maxLength: 4 });

describeEachStore("Random programs of two to five requests on one session", (stores, { isMemory }) => {
  const numRuns = isMemory ? scale({ test: 500, prove: 50_000 }) : scale({ test: 25, prove: 500 });

  it(`${numRuns} of them do what a plain model does, whichever statement comes first`, {
    timeout: PROOF_TIMEOUT_MS,
  }, async () => {
    let operations = 0;
    let merges = 0;
    await fc.assert(
      fc.asyncProperty(program, fc.scheduler(), async (phases, scheduler) => {
        const { store, otherStore } = stores();
        await deleteAll(store); // of a program that failed, and is run again to be made shorter
        const model = new SessionModel(START.getTime(), MAX_AGE);
        const sessionsOver = (table: SessionStore): Sessions<Data> =>
          createSessions<Data>({
            store: inSchedule(table, scheduler),
            secret: SECRET,
            maxAge: MAX_AGE,
            now: () => new Date(model.now),
            onEvent: ({ type }) => {
              if (type === "merged") merges++;
            },
          });
        const actors = new Actors([sessionsOver(store), sessionsOver(otherStore)], model);

        await scheduler.waitFor(actors.begin());
        for (const { seconds, requests } of phases) {
          model.now += seconds * 1000;
          const work = requests.map(async (script, i) => {
            for (const step of script) {
              operations++;
              await actors.run(i, step);
            }
          });
          await scheduler.waitFor(Promise.all(work));
          await expectTable(store, model);
        }
        expect(await deleteAll(store), "rows in all").toBe(model.rows.size);
      }),
      { numRuns },
    );
    report(`${numRuns} programs, ${operations} operations, ${merges} merges`);
  });
});

async function deleteAll(store: SessionStore): Promise<number> {
  const rows = await store.findExpired(END_OF_TIME, 1000);
  return store.deleteExpired({ keys: rows.map(({ key }) => key) }, END_OF_TIME);
}

/** One request. */
interface Actor {
  session: DbSession<Data>;
  request: Request;
  /** Keys that the session object had, and that `flush()` deletes too. */
  readonly lostKeys: Set<string>;
}

/** Several requests, each with its session and with the model's idea of it. One browser: they share the cookie. */
class Actors {
  #cookie: string | null = null;
  readonly #sessions: readonly Sessions<Data>[];
  readonly #model: SessionModel;
  readonly #requests: Actor[];

  constructor(sessions: readonly Sessions<Data>[], model: SessionModel) {
    this.#sessions = sessions;
    this.#model = model;
    this.#requests = Array.from({ length: ACTORS }, (_, i) => ({
      session: this.#open(i, null),
      request: model.load(null),
      lostKeys: new Set<string>(),
    }));
  }

  /** All of them have loaded one session. */
  async begin(): Promise<void> {
    await this.run(0, { do: "set", key: "a", value: 0 });
    await this.run(0, { do: "save" });
    for (const i of this.#requests.keys()) await this.run(i, { do: "load" });
  }

  /** Runs one step, and the model right after its last statement: nothing comes in between, since statements come one at a time. */
  async run(i: number, step: Operation): Promise<void> {
    const actor = this.#requests[i] as Actor;
    const { session, request } = actor;
    const model = this.#model;
    switch (step.do) {
      case "load": {
        actor.session = this.#open(i, this.#cookie);
        const { sessionKey } = actor.session;
        await actor.session.load();
        actor.request = model.load(sessionKey);
        actor.lostKeys.clear();
        if (sessionKey !== null && actor.request.key === null) actor.lostKeys.add(sessionKey);
        break;
      }
      case "openAndClear":
        actor.session = this.#open(i, this.#cookie);
        actor.lostKeys.clear();
        actor.request = { key: this.#cookie, base: undefined, data: new Map() };
        actor.session.clear();
        break;
      case "set":
        session.set(step.key, step.value);
        request.data.set(step.key, step.value);
        break;
      case "push":
        pushTo(session.get(step.key), step.value, (list) => session.set(step.key, list));
        pushTo(request.data.get(step.key), step.value, (list) => request.data.set(step.key, list));
        break;
      case "delete":
        expect(session.delete(step.key)).toBe(request.data.delete(step.key));
        break;
      case "setExpiry":
        session.setExpiry(step.seconds);
        if (step.seconds === null) request.data.delete(EXPIRY);
        else request.data.set(EXPIRY, step.seconds);
        break;
      case "clear":
        session.clear();
        Object.assign(request, { base: undefined, data: new Map() });
        break;
      case "save":
      case "cycleKey":
        await this.#write(session, request, step.do);
        break;
      case "signIn":
        await this.#signIn(actor, step.key, step.value);
        break;
      case "flush":
        await session.flush();
        model.delete(request.key);
        // The reading may have found an expired row under a key that the session does not have any more.
        for (const key of actor.lostKeys) model.delete(key);
        actor.lostKeys.clear();
        actor.request = model.load(null);
        this.#cookie = null;
        break;
      case "destroy":
        if (request.key === null) break;
        await session.destroy(request.key);
        model.delete(request.key);
        break;
      case "clearExpired":
        await (this.#sessions[i % 2] as Sessions<Data>).clearExpired();
        model.clearExpired();
        break;
    }
    expect(actor.session.toJSON()).toEqual(visible(actor.request.data));
  }

  async #write(session: DbSession<Data>, request: Request, verb: "save" | "cycleKey"): Promise<void> {
    const { key: before } = request;
    const error = await session[verb]().then(
      () => undefined,
      (error: { code?: unknown }) => error,
    );
    if (before !== null && !this.#model.isLive(before)) {
      expect(error, "the session has ended").toMatchObject({ code: "SESSION_UPDATE" });
      // What others wrote before it ended may have been merged by then. It goes nowhere any more.
      request.data = new Map(session.entries());
      return;
    }
    expect(error).toBeUndefined();
    const after = session.sessionKey as string;
    expect(after === before).toBe(verb === "save" && before !== null);
    this.#model.save(request, after);
    this.#cookie = after;
  }

  /** A sign-in ends signed in: if the row is gone, a new session starts, which holds what was given and nothing else. */
  async #signIn(actor: Actor, key: string, value: number): Promise<void> {
    const { session, request } = actor;
    const { key: before } = request;
    await session.markAuthenticated({ [key]: value });
    const isGone = before !== null && !this.#model.isLive(before);
    if (isGone) {
      actor.request = this.#model.load(null);
      actor.lostKeys.add(before);
    }
    actor.request.data.set(key, value);
    const after = session.sessionKey as string;
    expect(after).not.toBe(before);
    this.#model.save(actor.request, after, [key]);
    this.#cookie = after;
  }

  #open(i: number, cookie: string | null): DbSession<Data> {
    return (this.#sessions[i % 2] as Sessions<Data>).open(cookie);
  }
}

/** Each statement waits for its turn, which the scheduler gives to one at a time. */
function inSchedule(store: SessionStore, scheduler: fc.Scheduler): SessionStore {
  const verbs = ["find", "insert", "update", "delete", "findExpired", "deleteExpired"] as const;
  const scheduled = verbs.map((verb) => {
    const statement = store[verb].bind(store) as (...args: unknown[]) => Promise<unknown>;
    const inTurn = (...args: unknown[]) =>
      new Promise((resolve, reject) => {
        scheduler.scheduleSequence([{ builder: () => statement(...args).then(resolve, reject), label: verb }]);
      });
    return [verb, inTurn];
  });
  return { ...store, ...Object.fromEntries(scheduled) };
}

function pushTo(list: unknown, value: number, set: (list: unknown[]) => void): void {
  if (Array.isArray(list)) list.push(value);
  else set([value]);
}

const visible = (data: ReadonlyMap<string, unknown>) =>
  Object.fromEntries([...data].filter(([name]) => name !== EXPIRY));

async function expectTable(store: SessionStore, model: SessionModel): Promise<void> {
  const sessions = createSessions<Data>({ store, secret: SECRET, maxAge: MAX_AGE, now: () => new Date(0) });
  for (const sessionKey of model.keys) {
    const row = model.rows.get(sessionKey);
    const stored = await store.find(storedKey(sessionKey));
    expect(stored?.expireDate.getTime(), "nothing comes back").toBe(row?.expires);
    if (row) expect((await sessions.load(sessionKey)).toJSON(), "nothing is lost").toEqual(visible(row.data));
  }
}
