import { createSessions, type SessionEvent } from "prisma-db-session";
import type { TestDatabase } from "../test/databases/types.ts";
import { SECRET } from "./kilobyte.ts";
import type { Result } from "./result.ts";
import { median } from "./rounds.ts";

const SAVES = 100;
const ROUNDS = 7;
/** What a hundred saves at once may cost, measured by the same one after another. */
const GOAL = 5;

interface Round {
  readonly milliseconds: number;
  readonly statements: number;
  readonly attempts: number;
}

/** How the saves follow each other. Not counted is what it takes to load. */
type Way = "at once, all loaded before" | "in turn, all loaded before" | "in turn, each loaded before it";

/** Saves of different keys of one session: at once, so that each meets all others, and one after another. */
export async function benchConflicts({ prisma, queries }: TestDatabase): Promise<Result> {
  const events: SessionEvent[] = [];
  const sessions = createSessions({ model: prisma.session, secret: SECRET, onEvent: (event) => events.push(event) });

  const measure = async (way: Way): Promise<Round> => {
    const session = sessions.open();
    await session.save();
    const load = () => sessions.load(session.sessionKey);
    const isFresh = way === "in turn, each loaded before it";
    const requests = isFresh ? [] : await Promise.all(Array.from({ length: SAVES }, load));
    let [milliseconds, statements] = [0, 0];
    events.length = 0;
    const time = async (work: () => Promise<unknown>) => {
      queries.length = 0;
      const began = performance.now();
      await work();
      milliseconds += performance.now() - began;
      statements += queries.length;
    };
    const save = (request: typeof session, i: number) => {
      request.set(`key${i}`, i);
      return request.save();
    };
    if (way === "at once, all loaded before") await time(() => Promise.all(requests.map(save)));
    else {
      for (let i = 0; i < SAVES; i++) {
        const request = requests[i] ?? (await load());
        await time(() => save(request, i));
      }
    }
    const attempts = 1 + Math.max(0, ...events.map((event) => (event.type === "merged" ? event.attempt : 0)));
    const saved = (await load()).keys().length;
    if (saved !== SAVES) throw new Error(`Of ${SAVES} keys that were saved ${saved} are there.`);
    await session.flush();
    return { milliseconds, statements: statements / SAVES, attempts };
  };

  const rounds: { atOnce: Round; stale: Round; fresh: Round }[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    rounds.push({
      fresh: await measure("in turn, each loaded before it"),
      atOnce: await measure("at once, all loaded before"),
      stale: await measure("in turn, all loaded before"),
    });
  }
  const measured = rounds.slice(1);
  const middle = (of: (round: (typeof rounds)[number]) => number) => median(measured.map(of));
  return {
    what: `${SAVES} saves of one session at once / one after another`,
    ratio: middle(({ atOnce, fresh }) => atOnce.milliseconds / fresh.milliseconds),
    goal: GOAL,
    details: {
      "ms at once": middle(({ atOnce }) => atOnce.milliseconds),
      "ms in turn": middle(({ fresh }) => fresh.milliseconds),
      "ms in turn, each with a conflict": middle(({ stale }) => stale.milliseconds),
      "statements a save at once": middle(({ atOnce }) => atOnce.statements),
      "statements a save in turn": middle(({ fresh }) => fresh.statements),
      "attempts at most": Math.max(...measured.map(({ atOnce }) => atOnce.attempts)),
    },
  };
}
