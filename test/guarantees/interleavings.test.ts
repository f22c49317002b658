import type { DbSession } from "prisma-db-session";
import { describe, expect, it, vi } from "vitest";
import { type Actor, type ActorsWorld, type Data, type Ending, explore, type Scenario } from "./interleaving.ts";
import { PROOF_TIMEOUT_MS, report, scale } from "./scale.ts";

vi.mock("../../src/store/jitter.ts", () => ({ jitter: async () => {} }));
vi.mock("../../src/key/session-key.ts", async (importOriginal) => ({
  ...(await importOriginal<typeof import("../../src/key/session-key.ts")>()),
  randomText: (await import("./drawn-text.ts")).drawText,
}));

/** Calls that end in an error are made again on the same object: the outcome of the first may be unknown. */
async function insist(world: ActorsWorld, call: () => Promise<void>): Promise<void> {
  for (let tried = 0; tried < 4; tried++) {
    const error = await call().then(
      () => undefined,
      (error: { readonly code?: string }) => error,
    );
    if (!error) return world.note("acknowledged");
    if (error.code === "SESSION_UPDATE") return world.note("gone");
    if (error.code === "SESSION_CONFLICT") return world.note("undecided");
  }
  world.note("failed");
}

/** Sets a mark of its own, and takes away the marks of others that it sees, as a coupon is redeemed. */
const writer = (mark: string, others: readonly string[], faults: number): Actor => ({
  faults,
  run: (world) => marking(world, mark, others, (session) => session.save()),
});

async function marking(
  world: ActorsWorld,
  mark: string,
  others: readonly string[],
  write: (session: DbSession<Data>) => Promise<void>,
): Promise<void> {
  const session = await world.load();
  if (session.sessionKey === null) return; // signed out before it began
  for (const other of others) session.delete(other);
  session.set(mark, 1);
  await insist(world, () => write(session));
  if (session.sessionKey !== null) world.note(`key ${session.sessionKey}`);
}

/** How often a mark appeared in the row. */
const appearances = ({ applied }: Ending, mark: string) =>
  applied.filter(({ before = {}, after = {} }) => !(mark in before) && mark in after).length;

/** Applied twice, or acknowledged and lost. */
function wrongMark(ending: Ending, actor: number, mark: string): string | undefined {
  const count = appearances(ending, mark);
  if (count > 1) return `${mark} was applied ${count} times`;
  if (count === 0 && ending.notes[actor]?.includes("acknowledged")) return `${mark} was acknowledged and lost`;
  // Nobody but another writer, who has seen it, takes it away.
  const takers = ending.applied.filter(({ before = {}, after = {} }) => mark in before && !(mark in after));
  if (takers.length > 1) return `${mark} was taken ${takers.length} times`;
  return undefined;
}

const wrongMarks = (ending: Ending, marks: readonly string[]) =>
  marks.map((mark, actor) => wrongMark(ending, actor, mark)).find((problem) => problem !== undefined);

const isSame = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);

const oneRow = ({ rows }: Ending) => (rows.size > 1 ? `there are ${rows.size} rows` : undefined);

/** Repeated calls end well, unless somebody has ended the session or has written too much since. */
function unexpected({ notes }: Ending, mayBe: readonly string[]): string | undefined {
  const notWell = ["gone", "undecided", "failed"].filter((note) => !mayBe.includes(note));
  const actor = notes.findIndex((noted) => noted.some((note) => notWell.includes(note)));
  return actor === -1 ? undefined : `actor ${actor} noted ${notes[actor]?.join(", ")}`;
}

/** What a scenario allows besides an acknowledgement. */
const MAY_BE: Record<string, readonly string[]> = {
  "a rotation and a writer": ["gone"],
  "a save, then a rotation of the same object, and a writer": ["gone"],
  "an expiry and a writer": ["gone"],
  "a flush() and a writer": ["gone"],
  "a flush() after a rotation of the same object that failed, and a writer": ["gone"],
  "a sign-in, a flush() and a writer": ["gone"],
  "nine saves in one step and a writer": ["undecided"],
};

/** The faults of an actor, where a second one makes many more states: `npm test` leaves that to `npm run prove`. */
const UP_TO_TWO = scale({ test: 1, prove: 2 });

const SCENARIOS: Record<string, Scenario> = {
  "two writers with up to two faults each": {
    actors: [writer("a", ["b"], 2), writer("b", ["a"], 2)],
    faults: scale({ test: 2, prove: 4 }),
    judge: (ending) => wrongMarks(ending, ["a", "b"]),
  },
  "three writers with one fault in all": {
    actors: [writer("a", ["b", "c"], 1), writer("b", ["a", "c"], 1), writer("c", ["a", "b"], 1)],
    faults: 1,
    judge: (ending) => wrongMarks(ending, ["a", "b", "c"]),
  },
  "a writer, and a request that takes away what it wrote": {
    actors: [
      writer("a", [], 2),
      {
        faults: 1,
        async run(world) {
          const session = await world.load();
          session.delete("a");
          await insist(world, () => session.save());
        },
      },
    ],
    judge: (ending) => wrongMark(ending, 0, "a"),
  },
  "a clear() and a writer": {
    actors: [
      {
        faults: UP_TO_TWO,
        async run(world) {
          const session = await world.load();
          session.clear();
          session.set("cleared", 1);
          await insist(world, () => session.save());
        },
      },
      writer("b", ["cleared"], 1),
    ],
    judge(ending) {
      const clearings = ending.applied.filter(({ actor, before, after }) => actor === 0 && !isSame(before, after));
      if (clearings.some(({ after }) => JSON.stringify(after) !== '{"cleared":1}')) return "clear() left something";
      if (clearings.length > 1) return `clear() was applied ${clearings.length} times`;
      return wrongMarks(ending, ["cleared", "b"]);
    },
  },
  "a clear() before loading and a writer": {
    actors: [
      {
        faults: UP_TO_TWO,
        async run(world) {
          const session = world.sessions.open(world.key);
          session.clear();
          session.set("cleared", 1);
          await insist(world, () => session.save());
        },
      },
      writer("b", ["cleared"], 1),
    ],
    judge(ending) {
      const clearings = ending.applied.filter(({ actor, before, after }) => actor === 0 && !isSame(before, after));
      if (clearings.some(({ after }) => JSON.stringify(after) !== '{"cleared":1}')) return "clear() left something";
      if (clearings.length > 1) return `clear() was applied ${clearings.length} times`;
      return wrongMarks(ending, ["cleared", "b"]);
    },
  },
  "a rotation and a writer": {
    actors: [
      { faults: UP_TO_TWO, run: (world) => marking(world, "a", ["b"], (session) => session.cycleKey()) },
      writer("b", ["a"], 1),
    ],
    judge(ending) {
      const problem = oneRow(ending) ?? wrongMarks(ending, ["a", "b"]);
      const [rotating = []] = ending.notes;
      if (problem || !rotating.includes("acknowledged")) return problem;
      const key = rotating.find((note) => note.startsWith("key "))?.slice(4) ?? "";
      if (!ending.rows.has(key)) return "the row is not under the key that the session object has";
      return ending.rows.has("shared0shared0shared0shared0") ? "the old key still opens the session" : undefined;
    },
  },
  "a save, then a rotation of the same object, and a writer": {
    actors: [
      {
        faults: 2,
        async run(world) {
          const session = await world.load();
          session.delete("b");
          session.set("a", 1);
          await session.save().catch(() => {});
          await insist(world, () => session.cycleKey());
        },
      },
      writer("b", ["a"], 0),
    ],
    judge: (ending) => oneRow(ending) ?? wrongMarks(ending, ["a", "b"]),
  },
  "an expiry and a writer": {
    actors: [
      {
        run: (world) =>
          world.step(async () => {
            world.advance(3601);
          }),
      },
      writer("b", [], 2),
    ],
    judge: (ending) => wrongMark(ending, 1, "b"),
  },
  "a flush() and a writer": {
    actors: [
      {
        faults: 2,
        async run(world) {
          const session = await world.load();
          await insist(world, () => session.flush());
        },
      },
      writer("b", [], UP_TO_TWO),
    ],
    judge(ending) {
      if (ending.notes[0]?.includes("acknowledged") && ending.rows.size > 0) return "the session is back after flush()";
      return wrongMark(ending, 1, "b");
    },
  },
  "a flush() after a rotation of the same object that failed, and a writer": {
    actors: [
      {
        faults: 2,
        async run(world) {
          const session = await world.load();
          await session.cycleKey().catch(() => {});
          await insist(world, () => session.flush());
        },
      },
      writer("b", [], 0),
    ],
    judge(ending) {
      return ending.notes[0]?.includes("acknowledged") && ending.rows.size > 0 ? "the session is back" : undefined;
    },
  },
  "a create() that is repeated": {
    actors: [
      {
        faults: 2,
        async run(world) {
          const session = world.sessions.open();
          session.set("a", 1);
          await insist(world, () => session.save());
          session.set("b", 1);
          await insist(world, () => session.save());
          world.note(`key ${session.sessionKey}`);
        },
      },
    ],
    judge({ notes: [notes = []], rows }) {
      const key = notes.find((note) => note.startsWith("key "))?.slice(4) ?? "";
      const isSaved = notes.filter((note) => note === "acknowledged").length === 2;
      return isSaved && JSON.stringify(rows.get(key)) !== '{"a":1,"b":1}' ? "what was acknowledged is lost" : undefined;
    },
  },
  "a save that failed, the change taken back, and a writer": {
    actors: [
      {
        faults: 2,
        async run(world) {
          const session = await world.load();
          session.set("a", 1);
          await session.save().catch(() => {});
          session.delete("a");
          await insist(world, () => session.save());
        },
      },
      writer("b", [], 0),
    ],
    judge(ending) {
      const [[, row = {}] = []] = [...ending.rows];
      if (ending.notes[0]?.includes("acknowledged") && "a" in row) return "what was taken back is in the row";
      return wrongMark(ending, 1, "b");
    },
  },
  "a sign-in, a flush() and a writer": {
    actors: [
      {
        faults: UP_TO_TWO,
        async run(world) {
          const session = await world.load();
          await insist(world, () => session.markAuthenticated({ user: 7 }));
          world.note(`key ${session.sessionKey}`);
        },
      },
      {
        async run(world) {
          const session = await world.load();
          await insist(world, () => session.flush());
        },
      },
      writer("b", [], 0),
    ],
    judge({ notes: [notes = []], rows }) {
      if (!notes.includes("acknowledged")) return "a sign-in did not end signed in";
      const key = notes.find((note) => note.startsWith("key "))?.slice(4) ?? "";
      if (rows.get(key)?.user !== 7) return "a sign-in was acknowledged and lost";
      return rows.has("shared0shared0shared0shared0") ? "the old key still opens a session" : undefined;
    },
  },
  "nine saves in one step and a writer": {
    actors: [
      {
        run: (world) =>
          world.step(async (unhindered) => {
            for (let i = 0; i < 9; i++) {
              const session = await unhindered.load(world.key);
              session.delete("b");
              session.set("nine", i);
              await session.save();
            }
          }),
      },
      writer("b", [], 2),
    ],
    judge: (ending) => wrongMark(ending, 1, "b"),
  },
};

describe("every interleaving of", () => {
  it.each(Object.entries(SCENARIOS))("%s", { timeout: PROOF_TIMEOUT_MS }, async (title, scenario) => {
    const judge: Scenario["judge"] = (ending) => scenario.judge(ending) ?? unexpected(ending, MAY_BE[title] ?? []);
    const { states, endings } = await explore({ ...scenario, judge });
    expect(endings).toBeGreaterThan(1);
    report(`${title}: ${states} states, ${endings} endings`);
  });

  it("finds a change that was applied twice, if two writes could have the same text", async () => {
    const scenario = SCENARIOS["a writer, and a request that takes away what it wrote"] as Scenario;
    await expect(explore({ ...scenario, hasWeakGuard: true })).rejects.toThrow("a was applied 2 times");
  });
});
