import { type ErrorClass, memoryStore, type SessionStore } from "prisma-db-session";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { withRetries } from "../../src/store/with-retries.ts";

const NOW = new Date("2030-01-01");
const LATER = new Date("2030-01-02");
const row = { key: "a", data: "v1.text", expireDate: LATER };
const guard = { liveAt: NOW, data: row.data };

class Failure extends Error {
  constructor(readonly errorClass: ErrorClass | undefined) {
    super(errorClass);
  }
}

type Verb = Exclude<keyof SessionStore, "classifyError">;

/** A store whose verbs throw these errors, one for each call, and then do what they should. */
function failingStore(failures: (ErrorClass | undefined)[]) {
  const calls: { verb: string; args: unknown[] }[] = [];
  const errors = failures.map((errorClass) => new Failure(errorClass));
  const inner = memoryStore();
  const rest = errors.values();
  const failing = Object.entries<(...args: never[]) => Promise<unknown>>(inner).map(([verb, run]) => [
    verb,
    async (...args: never[]) => {
      calls.push({ verb, args });
      const { value: error } = rest.next();
      if (error) throw error;
      return run(...args);
    },
  ]);
  const store: Required<SessionStore> = {
    ...Object.fromEntries(failing),
    classifyError: (error: unknown) => (error instanceof Failure && error.errorClass) || "unknown",
  };
  return { store, inner, calls, errors };
}

const call = {
  find: (store) => store.find("a"),
  insert: (store) => store.insert(row),
  update: (store) => store.update("a", guard, { expireDate: LATER }),
  delete: (store) => store.delete("a"),
  findExpired: (store) => store.findExpired(LATER, 10, { from: NOW }),
  deleteExpired: (store) => store.deleteExpired({ keys: ["a"] }, LATER),
  findMatching: (store) => store.findMatching({}, { liveAt: NOW }),
  deleteMatching: (store) => store.deleteMatching({}, { keys: ["a"] }),
} satisfies Record<Verb, (store: Required<SessionStore>) => Promise<unknown>>;
const verbs = Object.entries(call);

const decorate = (store: SessionStore, now = () => NOW) => withRetries(store, now) as Required<SessionStore>;

beforeEach(() => {
  vi.spyOn(Math, "random").mockReturnValue(0); // the wait is random, from 0 on
});
afterEach(() => vi.restoreAllMocks());

describe.each(verbs)("%s", (verb, run) => {
  it("hands on arguments and outcome, and calls the store once", async () => {
    const [direct, decorated] = [failingStore([]), failingStore([])];
    if (verb !== "insert") for (const { inner } of [direct, decorated]) await inner.insert(row);
    expect(await run(decorate(decorated.store))).toEqual(await run(direct.store));
    expect(decorated.calls).toEqual(direct.calls);
    expect(decorated.calls).toHaveLength(1);
  });

  it("sends what was rolled back again, at most 20 times in all", async () => {
    const { store, calls } = failingStore(Array(19).fill("retryable"));
    await run(decorate(store));
    expect(calls.map((each) => each.verb)).toEqual(Array(20).fill(verb));

    const { store: never, calls: all, errors } = failingStore(Array(20).fill("retryable"));
    await expect(run(decorate(never))).rejects.toBe(errors[19]);
    expect(all).toHaveLength(20);
  });

  it.each<ErrorClass>(["rejected", "fatal"])("throws a %s error at once, as it is", async (errorClass) => {
    const { store, calls, errors } = failingStore([errorClass]);
    await expect(run(decorate(store))).rejects.toBe(errors[0]);
    expect(calls).toHaveLength(1);
  });

  it("after an error of unknown outcome, is sent once more if it is idempotent", async () => {
    const { store, calls, errors } = failingStore(["unknown", "unknown"]);
    await expect(run(decorate(store))).rejects.toBe(verb === "insert" ? errors[0] : errors[1]);
    expect(calls).toHaveLength(verb === "insert" ? 1 : 2);
  });

  it("counts resends after unknown outcomes apart from retries", async () => {
    if (verb === "insert") return;
    const { store, calls, errors } = failingStore(["retryable", "unknown", "retryable", "unknown"]);
    await expect(run(decorate(store))).rejects.toBe(errors[3]);
    expect(calls).toHaveLength(4);
  });

  it("takes every error for one of unknown outcome if the store classifies none", async () => {
    const { store, calls } = failingStore(["retryable", "retryable"]);
    const { classifyError, ...without } = store;
    await expect(run(decorate(without))).rejects.toThrow();
    expect(calls).toHaveLength(verb === "insert" ? 1 : 2);
  });
});

describe("update", () => {
  it.each([
    ["the data", { data: "v1.new", expireDate: LATER }],
    ["the key", { key: "b", expireDate: LATER }],
    ["both", { key: "b", data: "v1.new", expireDate: LATER }],
  ])("of %s is not sent again after an error of unknown outcome", async (_, changes) => {
    const { store, calls, errors } = failingStore(["unknown"]);
    await expect(decorate(store).update("a", guard, changes)).rejects.toBe(errors[0]);
    expect(calls).toHaveLength(1);
  });

  it("of the columns is sent once more", async () => {
    const { store, calls } = failingStore(["unknown"]);
    const changes = { expireDate: LATER, columns: { userId: 7 } };
    expect(await decorate(store).update("a", guard, changes)).toBe("unmatched");
    expect(calls).toHaveLength(2);
  });

  it("asks at each further try whether the row is live then", async () => {
    const times = [new Date("2030-01-01T00:00:01Z"), new Date("2030-01-01T00:00:02Z")];
    const { store, calls } = failingStore(["retryable", "retryable"]);
    const clock = times.values();
    await decorate(store, () => clock.next().value as Date).update("a", guard, { data: "v1.new", expireDate: LATER });
    expect(calls.map(({ args }) => args[1])).toEqual([NOW, ...times].map((liveAt) => ({ ...guard, liveAt })));
  });

  it("does not revive a session that expired during the wait", async () => {
    const { store, inner } = failingStore(["retryable"]);
    await inner.insert(row);
    const changes = { data: "v1.new", expireDate: new Date("2031-01-01") };
    expect(await decorate(store, () => LATER).update("a", guard, changes)).toBe("unmatched");
    expect(await inner.find("a")).toEqual({ data: row.data, expireDate: LATER });
  });
});

it("waits before it sends again, longer from try to try, at most 50 ms", async () => {
  vi.spyOn(Math, "random").mockReturnValue(0.999);
  const { store } = failingStore(Array(8).fill("retryable"));
  const began = performance.now();
  await decorate(store).find("a");
  // 2 + 4 + 8 + 16 + 32 + 50 + 50 + 50
  expect(performance.now() - began).toBeGreaterThan(200);
});

it("leaves out the optional verbs that the store leaves out", () => {
  const { findMatching, deleteMatching, ...store } = memoryStore();
  expect(Object.keys(withRetries(store, () => NOW)).toSorted()).toEqual(Object.keys(store).toSorted());
  expect(withRetries(memoryStore(), () => NOW)).not.toHaveProperty("classifyError");
});

it("calls the verbs of a store that is a class as its methods", async () => {
  class OwnStore {
    readonly rows = [row];
    async find() {
      return this.rows[0];
    }
    async findMatching() {
      return this.rows.map((each) => ({ ...each, columns: {} }));
    }
    classifyError(): ErrorClass {
      return this.rows.length > 0 ? "rejected" : "unknown";
    }
  }
  const store = decorate(new OwnStore() as unknown as SessionStore);
  expect(await store.find("a")).toBe(row);
  expect(await store.findMatching({})).toHaveLength(1);
  expect(store.classifyError(new Error())).toBe("rejected");
});
