import { createSessions, type SessionEvent } from "prisma-db-session";
import type { TestDatabase } from "../test/databases/types.ts";
import { SECRET } from "./kilobyte.ts";
import type { Result } from "./result.ts";
import { median } from "./rounds.ts";

const SAVES = 100;
const ROUNDS = 7;
/** The goal for the time of concurrent saves / the time of the same saves in sequence. */
const GOAL = 5;

interface Round {
  readonly milliseconds: number;
  readonly statements: number;
  readonly attempts: number;
}

/**
 * How the saves run, and when each request loads its session. The time of the loads is not counted.
 */
type Mode =
  | "concurrent, loaded at the start"
  | "sequential, loaded at the start"
  | "sequential, loaded before each save";

/**
 * Compares concurrent and sequential saves of different keys of one session. Concurrent saves all
 * conflict with each other.
 */
export async function benchConflicts({ prisma, queries }: TestDatabase): Promise<Result> {
  const events: SessionEvent[] = [];
  const sessions = createSessions({ model: prisma.session, secret: SECRET, onEvent: (event) => events.push(event) });

  const measure = async (mode: Mode): Promise<Round> => {
    const session = sessions.open();
    await session.save();
    const load = () => sessions.load(session.sessionKey);
    const isFresh = mode === "sequential, loaded before each save";
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
    if (mode === "concurrent, loaded at the start") await time(() => Promise.all(requests.map(save)));
    else {
      for (let i = 0; i < SAVES; i++) {
        const request = requests[i] ?? (await load());
        await time(() => save(request, i));
      }
    }
    const attempts = 1 + Math.max(0, ...events.map((event) => (event.type === "merged" ? event.attempt : 0)));
    const saved = (await load()).keys().length;
    if (saved !== SAVES) throw new Error(`The session has ${saved} of the ${SAVES} keys that were saved.`);
    await session.flush();
    return { milliseconds, statements: statements / SAVES, attempts };
  };

  const rounds: { concurrent: Round; stale: Round; fresh: Round }[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    rounds.push({
      fresh: await measure("sequential, loaded before each save"),
      concurrent: await measure("concurrent, loaded at the start"),
      stale: await measure("sequential, loaded at the start"),
    });
  }
  const measured = rounds.slice(1);
  const middle = (of: (round: (typeof rounds)[number]) => number) => median(measured.map(of));
  return {
    what: `${SAVES} saves of one session, concurrent / sequential`,
    ratio: middle(({ concurrent, fresh }) => concurrent.milliseconds / fresh.milliseconds),
    goal: GOAL,
    details: {
      "ms concurrent": middle(({ concurrent }) => concurrent.milliseconds),
      "ms sequential": middle(({ fresh }) => fresh.milliseconds),
      "ms sequential, each with a conflict": middle(({ stale }) => stale.milliseconds),
      "statements per save, concurrent": middle(({ concurrent }) => concurrent.statements),
      "statements per save, sequential": middle(({ fresh }) => fresh.statements),
      "maximum of attempts": Math.max(...measured.map(({ concurrent }) => concurrent.attempts)),
    },
  };
}
