import { setImmediate as nextTurn } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { KeyedQueue } from "../../src/record/keyed-queue.ts";
import { gate, memorySessions } from "../support.ts";

const PATIENCE_MS = 1000;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** A queue whose callers work until they are told to end. `log` says who has begun, in order. */
function queueOfCallers() {
  const queue = new KeyedQueue();
  const log: string[] = [];
  const call = (name: string, key = "key") => {
    const { open: end, opened } = gate();
    const done = queue.run(key, async () => {
      log.push(name);
      await opened;
    });
    return { end, done };
  };
  return { queue, log, call };
}

describe("KeyedQueue", () => {
  it("lets callers of one key work one after another, in the order in which they came", async () => {
    const { log, call } = queueOfCallers();
    const callers = ["first", "second", "third"].map((name) => call(name));
    await nextTurn();
    expect(log).toEqual(["first"]);
    for (const { end, done } of callers) {
      end();
      await done;
    }
    await nextTurn();
    expect(log).toEqual(["first", "second", "third"]);
  });

  it("lets no newcomer overtake, not even when the first in the queue has just ended", async () => {
    const { log, call } = queueOfCallers();
    const [first, second] = [call("first"), call("second")];
    await nextTurn();
    first.end();
    await first.done;
    const newcomer = call("newcomer");
    second.end();
    newcomer.end();
    await newcomer.done;
    expect(log).toEqual(["first", "second", "newcomer"]);
  });

  it("keeps callers of different keys apart", async () => {
    const { log, call } = queueOfCallers();
    const [one, other] = [call("one"), call("other", "other key")];
    await nextTurn();
    expect(log).toEqual(["one", "other"]);
    one.end();
    other.end();
    await Promise.all([one.done, other.done]);
  });

  it("goes on after work that throws, and passes results and errors on", async () => {
    const queue = new KeyedQueue();
    const error = new Error("no database");
    const failed = queue.run("key", () => Promise.reject(error));
    const result = queue.run("key", async () => 7);
    await expect(failed).rejects.toBe(error);
    expect(await result).toBe(7);
  });

  it("takes the place of a first caller that hangs for a second, and of that one only", async () => {
    const { queue, log, call } = queueOfCallers();
    const [hung, second, third] = [call("hung"), call("second"), call("third")];
    await vi.advanceTimersByTimeAsync(PATIENCE_MS - 1);
    expect(log).toEqual(["hung"]);
    await vi.advanceTimersByTimeAsync(1);
    expect(log).toEqual(["hung", "second"]);
    await vi.advanceTimersByTimeAsync(PATIENCE_MS - 1);
    hung.end();
    await hung.done;
    await nextTurn();
    expect(log, "its late end takes nobody's place").toEqual(["hung", "second"]);
    second.end();
    third.end();
    await third.done;
    expect([log, queue.isBusy("key"), vi.getTimerCount()]).toEqual([["hung", "second", "third"], false, 0]);
  });

  it("goes on past a waiting caller that is never resumed, as after a request was cancelled", async () => {
    const { queue, log, call } = queueOfCallers();
    const first = call("first");
    class DeafPromise<Value> extends Promise<Value> {
      constructor(executor: (resolve: (value: Value) => void, reject: () => void) => void) {
        super(() => {});
        executor(
          () => {},
          () => {},
        );
      }
    }
    vi.stubGlobal("Promise", DeafPromise);
    void call("cancelled");
    vi.unstubAllGlobals();
    const third = call("third");
    first.end();
    await first.done;
    await vi.advanceTimersByTimeAsync(2 * PATIENCE_MS);
    expect(log).toEqual(["first", "third"]);
    third.end();
    await third.done;
    expect(queue.isBusy("key")).toBe(false);
  });

  it("keeps nothing of a key that nobody wants any more", async () => {
    const { queue, call } = queueOfCallers();
    const callers = Array.from({ length: 5 }, (_, i) => call(`${i}`));
    expect(queue.isBusy("key")).toBe(true);
    for (const { end } of callers) end();
    await Promise.all(callers.map(({ done }) => done));
    expect([queue.isBusy("key"), vi.getTimerCount()]).toEqual([false, 0]);
  });
});

describe("concurrent saves of one session", () => {
  /** Each save has a key of its own, and a row that has changed since. The first reading hangs. */
  async function savesThatConflict(count: number) {
    const { sessions, store } = memorySessions();
    const session = sessions.open();
    await session.save();
    const loaded = await Promise.all(Array.from({ length: count }, () => sessions.load(session.sessionKey)));
    session.set("note", "theirs");
    await session.save();
    const { find, update } = store;
    const hanging = gate();
    const seen = { statements: 0, readings: 0 };
    const execute = async <Answer>(statement: () => Promise<Answer>) => {
      seen.statements++;
      await nextTurn();
      const answer = await statement();
      await nextTurn();
      return answer;
    };
    store.update = (...args) => execute(() => update(...args));
    store.find = async (...args) => {
      if (++seen.readings === 1) await hanging.opened;
      return execute(() => find(...args));
    };
    const save = (i: number) => {
      loaded[i]?.set(`key${i}`, i);
      return loaded[i]?.save();
    };
    const keys = async () => (await sessions.load(session.sessionKey)).keys();
    return { save, loaded, seen, answer: hanging.open, keys };
  }

  it("one that hangs does not make all the others conflict", async () => {
    const { save, loaded, seen, answer, keys } = await savesThatConflict(300);
    const saves = Promise.all(loaded.map((_, i) => save(i)));
    while (seen.readings === 0) await nextTurn();
    await vi.advanceTimersByTimeAsync(PATIENCE_MS);
    answer();
    await saves;
    expect(await keys()).toHaveLength(301);
    expect(seen.statements / 300).toBeLessThan(10);
  });

  it.each(["cycleKey", "markAuthenticated"] as const)("%s() waits for none of them", async (rotate) => {
    const { save, loaded, seen, answer } = await savesThatConflict(2);
    const hangs = save(0);
    while (seen.readings === 0) await nextTurn();
    await loaded[1]?.[rotate]();
    answer();
    await expect(hangs).rejects.toMatchObject({ code: "SESSION_UPDATE" });
  });
});
