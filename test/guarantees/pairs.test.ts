import { readFileSync } from "node:fs";
import { createSessions, type DbSession, type SessionStore } from "prisma-db-session";
import { expect, it } from "vitest";
import { describeEachStore } from "../stores.ts";
import { SECRET, START, storedKey, TWO_WEEKS, testClock } from "../support.ts";

interface Data {
  first: true;
  then: true;
  before: true;
}
type Turn = "first" | "then";

interface Scene {
  readonly session: DbSession<Data>;
  readonly turn: Turn;
  readonly expire: () => void;
  readonly clearExpired: () => Promise<unknown>;
}

/** What a request, the clock or a cleaner does. Those who write bring a change of their own. */
const OPERATIONS: Record<string, (scene: Scene) => unknown> = {
  save({ session, turn }) {
    session.set(turn, true);
    return session.save();
  },
  cycleKey({ session, turn }) {
    session.set(turn, true);
    return session.cycleKey();
  },
  flush: ({ session }) => session.flush(),
  destroy: ({ session }) => session.destroy(),
  expire: ({ expire }) => expire(),
  clearExpired: ({ clearExpired }) => clearExpired(),
};
const NAMES = Object.keys(OPERATIONS);

/** The table of docs/guarantees.md: what is there after the one and then the other, by `first/then`. */
const promised = new Map(
  readFileSync(new URL("../../docs/guarantees.md", import.meta.url), "utf8")
    .split("\n")
    .map((line) => line.split("|").map((cell) => cell.replaceAll("`", "").trim()))
    .filter(([, name = "", ...cells]) => NAMES.includes(name) && cells.length === NAMES.length + 1)
    .flatMap(([, first, ...cells]) => NAMES.map((then, i) => [`${first}/${then}`, cells[i] ?? ""] as const)),
);
const pairs = NAMES.flatMap((first) => NAMES.map((then) => ({ first, then })));

it("docs/guarantees.md has an outcome for each pair", () => {
  expect([...promised.keys()]).toEqual(pairs.map(({ first, then }) => `${first}/${then}`));
});

describeEachStore("Two actors who have both loaded a session", (stores) => {
  async function scene() {
    const { store, otherStore } = stores();
    const clock = testClock();
    const keys: string[] = [];
    const randomKey = () => {
      keys.push(crypto.randomUUID().replaceAll("-", ""));
      return String(keys.at(-1));
    };
    const sessionsOver = (table: SessionStore) =>
      createSessions<Data>({ store: table, secret: SECRET, now: clock.now, randomKey });
    const [mine, theirs] = [sessionsOver(store), sessionsOver(otherStore)];
    const session = mine.open();
    session.set("before", true);
    await session.save();
    const common = { expire: () => clock.advance(TWO_WEEKS), clearExpired: () => theirs.clearExpired() };
    const [a, b] = [await mine.load(session.sessionKey), await theirs.load(session.sessionKey)];

    /** Under which key the session is, what is in it, and whether it is still alive. There is never more than one row. */
    const outcome = async () => {
      const rows = await Promise.all(keys.map(async (key) => ({ key, row: await store.find(storedKey(key)) })));
      const [found, another] = rows.filter(({ row }) => row);
      expect(another).toBeUndefined();
      if (!found?.row) return "no row";
      if (found.row.expireDate <= clock.now()) return "an expired row";
      const atStart = createSessions<Data>({ store, secret: SECRET, now: () => START });
      const changes = (await atStart.load(found.key)).keys().filter((key) => key !== "before");
      const whose = changes[0] === "first" ? "the first's change" : "the second's change";
      const what = ["as it was", whose][changes.length] ?? "both changes";
      return found.key === keys[0] ? what : `${what}, new key`;
    };
    const run = async (name: string, turn: Turn) =>
      OPERATIONS[name]?.({ session: turn === "first" ? a : b, turn, ...common });
    return { run, outcome };
  }

  const errorOf = (work: Promise<unknown>) =>
    work.then(
      () => undefined,
      (error: Error) => error.name,
    );

  it.each(pairs)("$first, then $then", async ({ first, then }) => {
    const { run, outcome } = await scene();
    await run(first, "first");
    const error = await errorOf(run(then, "then"));
    const row = await outcome();
    expect(error ? `${error}; ${row}` : row).toBe(promised.get(`${first}/${then}`));
  });

  it.each(pairs)("$first and $then at once: as if one had been first", async ({ first, then }) => {
    const { run, outcome } = await scene();
    const errors = await Promise.all([errorOf(run(first, "first")), errorOf(run(then, "then"))]);
    const inThisOrder = parse(promised.get(`${first}/${then}`));
    const theOtherWayRound = parse(promised.get(`${then}/${first}`));
    expect([
      { errors: [undefined, inThisOrder.error], row: inThisOrder.row },
      { errors: [theOtherWayRound.error, undefined], row: seenFromTheOther(theOtherWayRound.row) },
    ]).toContainEqual({ errors, row: await outcome() });
  });
});

/** A cell of the table: what the second gets, if it is an error, and what the row then is. */
function parse(cell = ""): { error: string | undefined; row: string } {
  const [row = "", error] = cell.split("; ").reverse();
  return { error, row };
}

const seenFromTheOther = (row: string) =>
  row.replace(/first|second/, (whose) => (whose === "first" ? "second" : "first"));
