import { readFileSync } from "node:fs";
import { createSessions, type DbSession, type SessionStore } from "prisma-db-session";
import { expect, it } from "vitest";
import { describeEachStore } from "../stores.ts";
import { SECRET, START, storedKey, TWO_WEEKS, testClock } from "../support.ts";

interface Data {
  first?: true;
  then?: true;
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
  markAuthenticated: ({ session, turn }) => session.markAuthenticated({ [turn]: true }),
  flush: ({ session }) => session.flush(),
  destroy: ({ session }) => session.destroy(session.sessionKey as string),
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

    const atStart = createSessions<Data>({ store, secret: SECRET, now: () => START });
    /** What is in the row of the session, under which key, and whether it is live; or a session that a sign-in started. */
    const describeRow = async (key: string, expireDate: Date) => {
      const names = (await atStart.load(key)).keys();
      if (!names.includes("before")) {
        expect(names).toHaveLength(1); // nothing of the old session came along
        return "a new session";
      }
      if (expireDate <= clock.now()) return "an expired row";
      const changes = names.filter((name) => name !== "before");
      const whose = changes[0] === "first" ? "the first's change" : "the second's change";
      const what = ["as it was", whose][changes.length] ?? "both changes";
      return key === keys[0] ? what : `${what}, new key`;
    };
    const outcome = async () => {
      const rows: string[] = [];
      for (const key of keys) {
        const row = await store.find(storedKey(key));
        if (row) rows.push(await describeRow(key, row.expireDate));
      }
      const isNew = (row: string) => row === "a new session";
      // There is never more than one row of the session, and more than one new session.
      expect(rows.filter(isNew).length).toBeLessThan(2);
      expect(rows.filter((row) => !isNew(row)).length).toBeLessThan(2);
      return rows.sort((a, b) => Number(isNew(a)) - Number(isNew(b))).join(", and ") || "no row";
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
