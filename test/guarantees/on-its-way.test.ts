import fc from "fast-check";
import { createSessions, memoryStore, type SessionStore } from "prisma-db-session";
import { expect, it } from "vitest";
import { SECRET } from "../support.ts";
import { report, scale } from "./scale.ts";

/** Of the first two keys I change the values; the third is another request's. */
interface Data {
  whole: number;
  inside: { n: number };
  theirs: number;
}

const number = fc.integer({ min: 0, max: 2 });
const fate = fc.constantFrom("fine", "fine", "lost before", "lost after", "late");
const NUM_RUNS = scale({ test: 2000, prove: 50_000 });

it(`${NUM_RUNS} times, what I change while a save is on its way is kept, whatever becomes of its statements and whoever comes between`, {
  timeout: 600_000,
}, async () => {
  const seen = { lost: 0, late: 0, changedOnTheWay: 0, savedBetween: 0, rejected: 0 };
  await fc.assert(
    fc.asyncProperty(fc.gen(), async (draw) => {
      const table = memoryStore();
      let meanwhile = async () => {};
      let failing = false;
      /** What was sent, and the sender has given up, but the network may deliver yet. */
      const underWay: (() => Promise<unknown>)[] = [];
      const deliver = async () => {
        for (const statement of underWay.splice(0)) {
          await statement();
          seen.late++;
        }
      };
      const [cyclesKeys, readingsFail] = [draw(fc.boolean), draw(fc.boolean)];
      const store: SessionStore = {
        ...table,
        find: async (key) => {
          if (failing && readingsFail && draw(() => fate) !== "fine") throw lost();
          return table.find(key);
        },
        update: (...args) => carryOut(() => table.update(...args)),
        rekey: (...args) => carryOut(() => table.rekey(...args)),
      };
      async function carryOut<Result>(statement: () => Promise<Result>): Promise<Result> {
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
      }
      const lost = () => {
        seen.lost++;
        return new Error("The connection was lost.");
      };

      const mine = createSessions<Data>({ store, secret: SECRET });
      const others = createSessions<Data>({ store: table, secret: SECRET });
      const wanted = { whole: 0, inside: { n: 0 }, theirs: 0 };
      const first = others.open();
      first.update(structuredClone(wanted));
      await first.save();
      const session = await mine.load(first.sessionKey);
      failing = true;

      const change = () => {
        const n = draw(() => number);
        const how = draw(() => fc.constantFrom("whole", "inside", "anew"));
        if (how === "whole") wanted.whole = n;
        else wanted.inside.n = n;
        if (how === "whole") session.set("whole", n);
        if (how === "inside") Object.assign(session.get("inside") ?? {}, { n });
        if (how === "anew") session.set("inside", { n });
      };
      const saveBetween = async () => {
        // Under its old key, when the key has changed but I have not heard of it yet, there is nobody.
        const other = await others.load(session.sessionKey);
        if (other.sessionKey === null) return;
        const n = draw(() => number);
        other.set("theirs", n);
        await other.save();
        wanted.theirs = n;
        seen.savedBetween++;
      };
      meanwhile = async () => {
        if (draw(fc.boolean)) {
          change();
          seen.changedOnTheWay++;
        }
        if (draw(fc.boolean)) await saveBetween();
        if (draw(fc.boolean)) await deliver();
      };
      for (let i = 0; i < 3; i++) {
        change();
        const cycles = cyclesKeys && draw(fc.boolean);
        await (cycles ? session.cycleKey() : session.save()).catch((error) => {
          if (error.message !== "The connection was lost.") throw error;
          seen.rejected++;
        });
      }
      failing = false;
      meanwhile = async () => {};
      await session.save();
      await deliver();
      expect((await others.load(session.sessionKey)).toJSON()).toEqual(wanted);
    }),
    { numRuns: NUM_RUNS, endOnFailure: true },
  );
  report(`${NUM_RUNS} times: ${JSON.stringify(seen)}`);
});
