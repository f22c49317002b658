import { setImmediate as nextTurn } from "node:timers/promises";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { memorySessions } from "../support.ts";

const MAX_TURN_MS = 1000;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
});
afterEach(() => {
  vi.useRealTimers();
});

/**
 * Saves of one session, each of a key of its own, and each behind a change that it has not read; the first readings of the row hang.
 * @param way what a statement takes to the table, and its answer back
 */
async function savesThatMeet({ saves, hanging, way }: { saves: number; hanging: number; way?: () => Promise<void> }) {
  const { sessions, store } = memorySessions();
  const session = sessions.open();
  await session.save();
  const loaded = await Promise.all(Array.from({ length: saves }, () => sessions.load(session.sessionKey)));
  session.set("note", "theirs");
  await session.save();
  const { find, update } = store;
  const { sessions: unhindered } = memorySessions({ store: { ...store } });
  let toHang = hanging;
  const hung: (() => void)[] = [];
  const seen = { statements: 0, readings: 0 };
  const carryOut = async <Answer>(statement: () => Promise<Answer>) => {
    seen.statements++;
    await way?.();
    const answer = await statement();
    await way?.();
    return answer;
  };
  store.update = (...args) => carryOut(() => update(...args));
  store.find = async (...args) => {
    seen.readings++;
    if (toHang-- > 0) await new Promise<void>((answer) => hung.push(answer));
    return carryOut(() => find(...args));
  };
  const save = (i: number) => {
    loaded[i]?.set(`key${i}`, i);
    return loaded[i]?.save();
  };
  return {
    save,
    cycleKey: (i: number) => loaded[i]?.cycleKey(),
    saveAll: () => Promise.all(loaded.map((_, i) => save(i))),
    answerFirst: () => hung.shift()?.(),
    answerAll: () => {
      toHang = 0;
      for (const answer of hung.splice(0)) answer();
    },
    seen,
    keys: async () => Object.keys((await unhindered.load(session.sessionKey)).toJSON()).sort(),
  };
}

it("one that hangs does not let all the others loose on each other", async () => {
  const { saveAll, answerAll, seen, keys } = await savesThatMeet({ saves: 300, hanging: 1, way: nextTurn });
  const saved = saveAll();
  while (seen.readings === 0) await nextTurn();
  await vi.advanceTimersByTimeAsync(MAX_TURN_MS);
  answerAll();
  await saved;
  expect(await keys()).toHaveLength(301);
  expect(seen.statements / 300).toBeLessThan(10);
});

it("while all hang a few more go on each time; as soon as one ends it is one again", async () => {
  const { saveAll, answerFirst, answerAll, seen, keys } = await savesThatMeet({ saves: 30, hanging: 30 });
  const saved = saveAll();
  const readings = async (turns: number) => {
    const counts: number[] = [];
    for (let turn = 0; turn < turns; turn++) {
      await vi.advanceTimersByTimeAsync(MAX_TURN_MS);
      counts.push(seen.readings);
    }
    return counts;
  };
  expect(await readings(7)).toEqual([2, 3, 4, 6, 9, 13, 17]);
  answerFirst();
  expect(await readings(4)).toEqual([18, 19, 20, 21]);
  expect(await keys()).toHaveLength(2);
  answerAll();
  await saved;
  expect(await keys()).toHaveLength(31);
});

it("a new key waits for none", async () => {
  const { save, cycleKey, answerAll, seen } = await savesThatMeet({ saves: 2, hanging: 1 });
  const hangs = save(0);
  while (seen.readings === 0) await nextTurn();
  await cycleKey(1);
  answerAll();
  await expect(hangs).rejects.toMatchObject({ code: "SESSION_UPDATE" });
});

it("whoever comes when only those that hang are left waits for none of them, and no timer is left behind", async () => {
  const { save, answerAll, keys } = await savesThatMeet({ saves: 3, hanging: 1 });
  const hangs = save(0);
  await vi.advanceTimersByTimeAsync(MAX_TURN_MS);
  await save(1);
  expect(await keys()).toEqual(["key1", "note"]);
  answerAll();
  await hangs;
  await save(2);
  expect(await keys()).toEqual(["key0", "key1", "key2", "note"]);
  expect(vi.getTimerCount()).toBe(0);
});
