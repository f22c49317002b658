import {
  createSessions,
  type DbSession,
  type ErrorClass,
  memoryStore,
  type SessionEvent,
  type SessionStore,
  type SessionsOptions,
} from "prisma-db-session";
import type { TestStores } from "../../stores.ts";
import { SECRET, type ShopData, storedKey, testClock } from "../../support.ts";

export const NEW_SECRETS = ["a-newer-secret-for-tests-of-32-characters-or-more", SECRET];

/** As Prisma throws them. After the first two, only the table tells what became of the statement. */
export const lost = Object.assign(new Error("Server has closed the connection."), { code: "P1017" });
export const lostAgain = new Error("Connection terminated unexpectedly");
export const deadlock = Object.assign(new Error("Transaction failed due to a deadlock."), { code: "P2034" });
export const rejected = Object.assign(new Error("Foreign key constraint violated"), { code: "P2003" });
export const busy = Object.assign(new Error("Operation has timed out"), { code: "P1008" });

const CLASSES = new Map<unknown, ErrorClass>([
  [deadlock, "retryable"],
  [rejected, "rejected"],
  [busy, "fatal"],
]);

export const ON_CONFLICT = ["merge", "overwrite", "error"] as const;

type Verb = "find" | "insert" | "update" | "delete";
/** Whether a statement that fails was applied. */
type Outcome = "applied" | "lost";

const inMemory = (): TestStores => {
  const store = memoryStore();
  return { store, otherStore: store };
};

/**
 * Two requests, `me` and `they`, that have loaded one session of `{ userId: 7, cart: ["tea"] }`.
 * The statements of `me` can be made to fail.
 */
export async function actors(options: Partial<SessionsOptions<ShopData>> = {}, stores: () => TestStores = inMemory) {
  const { store: real, otherStore } = stores();
  const store: SessionStore = { ...real, classifyError: (error) => CLASSES.get(error) ?? "unknown" };
  const clock = testClock();
  const events: SessionEvent[] = [];
  /** Every key that `me` has drawn. */
  const keys: string[] = [];
  const randomKey = () => {
    const key = crypto.randomUUID().replaceAll("-", "");
    keys.push(key);
    return key;
  };
  const common = { secret: SECRET, now: clock.now, refreshAfter: 60, ...options };
  const mine = createSessions<ShopData>({ store, onEvent: (event) => events.push(event), randomKey, ...common });
  const theirs = createSessions<ShopData>({ store: otherStore, ...common, onEvent: () => {} });
  /** Knows a newer secret, with which it writes. */
  const newDeployment = createSessions<ShopData>({ store: otherStore, ...common, secret: NEW_SECRETS });
  const session = theirs.open();
  session.update({ userId: 7, cart: ["tea"] });
  await session.save();
  const key = session.sessionKey as string;
  const [me, they] = [await mine.load(key), await theirs.load(key)];
  events.length = 0;

  /**
   * Each error fails one statement. `concurrently` runs before `me` hears of it.
   * @returns the arguments of each statement, also of those after it
   */
  const fail = (
    verb: Verb,
    outcome: Outcome,
    errors: readonly Error[],
    concurrently: () => unknown = () => {},
  ): unknown[][] => {
    const left = [...errors];
    const calls: unknown[][] = [];
    const execute = store[verb].bind(store) as (...args: unknown[]) => Promise<unknown>;
    Object.assign(store, {
      [verb]: async (...args: unknown[]) => {
        calls.push(args);
        const error = left.shift();
        if (!error) return execute(...args);
        if (outcome === "applied") await execute(...args);
        await concurrently();
        throw error;
      },
    });
    return calls;
  };
  return {
    store,
    mine,
    theirs,
    newDeployment,
    me,
    they,
    key,
    keys,
    clock,
    events,
    fail,
    count: (verb: Verb) => fail(verb, "lost", []),
    /** The next such statement throws `lost`, and the readings after it fail too. */
    leaveInDoubt: (verb: Verb, outcome: Outcome) =>
      // A reading that failed is sent again once.
      fail(verb, outcome, [lost], () => fail("find", "lost", [lostAgain, lostAgain])),
    /** Another request changes the session. */
    change: async (change: (session: DbSession<ShopData>) => unknown, sessionKey: string | null = key) => {
      const other = await theirs.load(sessionKey);
      await change(other);
      await other.save();
    },
    /** What a third request loads. */
    read: async (sessionKey: string | null = key) => (await theirs.load(sessionKey)).toJSON(),
    exists: async (sessionKey: string | null | undefined) =>
      (await otherStore.find(storedKey(sessionKey ?? null))) !== undefined,
    expireDate: async () => (await otherStore.find(storedKey(key)))?.expireDate,
    /** The network delivers a lost UPDATE after all. */
    arrive: (args: unknown[] | undefined) => otherStore.update(...(args as Parameters<SessionStore["update"]>)),
  };
}

export const setNote = (session: DbSession<ShopData>) => session.set("note", "theirs");
export const types = (events: readonly SessionEvent[]) => events.map(({ type }) => type);
