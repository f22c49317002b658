import fc from "fast-check";
import { type Codec, createSessions, type DbSession, memoryStore, type SessionStore } from "prisma-db-session";
import { expect, it, vi } from "vitest";
import { SECRET } from "../support.ts";
import { PROOF_TIMEOUT_MS, report, scale } from "./scale.ts";

// The waits between attempts are not what this is about.
vi.mock("../../src/store/jitter.ts", () => ({ jitter: async () => {} }));

/** I change the first two values, each time to another number. The third is another request's. */
interface Data {
  whole?: number;
  inside: { n: number };
  theirs: number;
}

const fate = fc.constantFrom("fine", "fine", "lost before", "lost after", "late");
const manySaves = fc.constantFrom(1, 1, 1, 1, 1, 9);
const NUM_RUNS = scale({ test: 2000, prove: 50_000 });
const LOST = "The connection was lost.";
/** The text as it is, so that the test can read what each statement wrote. */
const plain: Codec = { encode: (text) => text, decode: (data) => data };

it(`${NUM_RUNS} times, each change takes effect exactly once if a save is acknowledged, and at most once if it throws`, {
  timeout: PROOF_TIMEOUT_MS,
}, async () => {
  const seen = { lost: 0, late: 0, changedDuringSaves: 0, savedBetween: 0, taken: 0, threw: 0, undecided: 0 };
  await fc.assert(
    fc.asyncProperty(fc.gen(), async (draw) => {
      const table = memoryStore();
      const rows = new Watch();
      let meanwhile = async () => {};
      let failing = false;
      /** Statements that their sender has given up, and that the network may still deliver. */
      const underWay: (() => Promise<unknown>)[] = [];
      const deliver = async () => {
        for (const statement of underWay.splice(0)) {
          await statement();
          seen.late++;
        }
      };
      const [cyclesKeys, readingsFail] = [draw(fc.boolean), draw(fc.boolean)];
      const watched: SessionStore = {
        ...table,
        async update(key, guard, changes) {
          const before = await table.find(key);
          const outcome = await table.update(key, guard, changes);
          if (outcome === "updated" && changes.data) rows.changed(before?.data, changes.data);
          return outcome;
        },
      };
      const store: SessionStore = {
        ...watched,
        find: async (key) => {
          if (failing && readingsFail && draw(() => fate) !== "fine") throw lost();
          return table.find(key);
        },
        async update(...args) {
          const statement = () => watched.update(...args);
          const what = failing ? draw(() => fate) : "fine";
          await meanwhile();
          if (what === "lost before") throw lost();
          if (what === "late") {
            underWay.push(statement);
            throw lost();
          }
          const result = await statement();
          await meanwhile();
          if (what === "lost after") throw lost();
          return result;
        },
      };
      const lost = () => {
        seen.lost++;
        return new Error(LOST);
      };

      const mine = createSessions<Data>({ store, secret: SECRET, codec: plain });
      const others = createSessions<Data>({ store: watched, secret: SECRET, codec: plain });
      const first = others.open();
      first.update({ whole: 0, inside: { n: 0 }, theirs: 0 });
      await first.save();
      let session = await mine.load(first.sessionKey);
      failing = true;

      const wanted = { whole: 0, inside: 0, theirs: 0 };
      let number = 0;
      const change = () => {
        const n = ++number;
        const how = draw(() => fc.constantFrom("whole", "inside", "anew"));
        wanted[how === "whole" ? "whole" : "inside"] = n;
        if (how === "whole") session.set("whole", n);
        if (how === "inside") Object.assign(session.get("inside") ?? {}, { n });
        if (how === "anew") session.set("inside", { n });
      };
      const saveBetween = async () => {
        // After a rotation whose answer was lost, nobody but my session object knows the key.
        const other = await others.load(session.sessionKey);
        if (other.sessionKey === null) return;
        // As a coupon is redeemed: whoever applies my change once more after this gives it back.
        if (draw(fc.boolean) && other.delete("whole")) seen.taken++;
        // Nine writes push mine out of the row's log. Nobody can tell what became of it then, and my object must throw.
        for (let left = draw(() => manySaves); left > 0; left--) {
          wanted.theirs = ++number;
          other.set("theirs", wanted.theirs);
          await other.save();
          seen.savedBetween++;
        }
      };
      meanwhile = async () => {
        if (draw(fc.boolean)) {
          change();
          seen.changedDuringSaves++;
        }
        if (draw(fc.boolean)) await saveBetween();
        if (draw(fc.boolean)) await deliver();
      };
      /** What I had changed when I called must be in the row, or have been there, once the call is acknowledged. */
      const write = async (call: (of: DbSession<Data>) => Promise<void>) => {
        const asked = { ...wanted };
        await call(session);
        expect(rows.latest("whole"), "acknowledged and lost").toBeGreaterThanOrEqual(asked.whole);
        expect(rows.latest("inside"), "acknowledged and lost").toBeGreaterThanOrEqual(asked.inside);
      };
      for (let i = 0; i < 3; i++) {
        change();
        const cycles = cyclesKeys && draw(fc.boolean);
        await write((of) => (cycles ? of.cycleKey() : of.save())).catch((error) => {
          if (error.message !== LOST && !isUndecided(error)) throw error;
          seen.threw++;
        });
      }
      failing = false;
      meanwhile = async () => {};
      await write((of) => of.save()).catch(async (error) => {
        if (!isUndecided(error)) throw error;
        seen.undecided++;
        // The message says so: open the key again, and repeat the change if it is missing.
        const { whole, inside } = wanted;
        session = await mine.load(session.sessionKey);
        if (rows.latest("whole") < whole) session.set("whole", whole);
        if (rows.latest("inside") < inside) session.set("inside", { n: inside });
        await session.save();
      });
      await deliver();

      expect(rows.twice, "applied twice").toEqual([]);
      const { whole, inside, theirs } = (await others.load(session.sessionKey)).toJSON() as Data;
      expect(rows.latest("whole")).toBe(wanted.whole);
      if (whole !== undefined || !rows.wasTaken) expect(whole).toBe(wanted.whole);
      expect([inside.n, theirs]).toEqual([wanted.inside, wanted.theirs]);
      expect(await table.findExpired(new Date(8.64e15), 2), "rows").toHaveLength(1);
    }),
    { numRuns: NUM_RUNS, endOnFailure: true },
  );
  report(`${NUM_RUNS} times: ${JSON.stringify(seen)}`);
});

/** A later write on the same object: more writes came between than the row's log holds, so nobody can tell. */
const isUndecided = (error: { readonly code?: unknown; readonly cause?: unknown }) =>
  error.code === "SESSION_CONFLICT" && (error.cause as Error | undefined)?.message === LOST;

type Mine = "whole" | "inside";

/** Sees each UPDATE that the table applied. */
class Watch {
  /** Changes that appeared in the row a second time. */
  readonly twice: string[] = [];
  wasTaken = false;
  readonly #appeared: Readonly<Record<Mine, Set<number>>> = { whole: new Set([0]), inside: new Set([0]) };

  changed(before = "{}", after: string): void {
    const [was, is] = [valuesIn(before), valuesIn(after)];
    for (const name of ["whole", "inside"] as const) {
      const value = is[name];
      if (value === undefined || value === was[name]) continue;
      if (this.#appeared[name].has(value)) this.twice.push(`${name} ${value}`);
      this.#appeared[name].add(value);
    }
    if (was.whole !== undefined && is.whole === undefined) this.wasTaken = true;
  }

  /** The last of my changes that was ever in the row. */
  latest(name: Mine): number {
    return Math.max(...this.#appeared[name]);
  }
}

function valuesIn(text: string): Partial<Record<Mine, number>> {
  const { whole, inside } = JSON.parse(text) as Partial<Data>;
  return { ...(whole !== undefined && { whole }), ...(inside && { inside: inside.n }) };
}
