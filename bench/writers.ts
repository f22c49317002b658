import { createSessions } from "prisma-db-session";
import type { TestClient } from "../test/databases/types.ts";
import { SECRET, savedKilobyte } from "./kilobyte.ts";
import type { Result } from "./result.ts";
import { median } from "./rounds.ts";

const WRITERS = 16;
const SAVES_OF_EACH = 25;
const ROUNDS = 9;

interface Round {
  readonly milliseconds: number;
  /** How long each save took, in milliseconds. */
  readonly saves: readonly number[];
}

/** Writers that go on writing one session: load, set, save. And the same number of these one after another. */
export async function benchWriters(prisma: TestClient): Promise<Result[]> {
  const sessions = createSessions({ model: prisma.session, secret: SECRET });

  const measure = async (writers: number): Promise<Round> => {
    const { sessionKey } = await savedKilobyte(sessions);
    const saves: number[] = [];
    const write = async (_: unknown, writer: number) => {
      for (let i = 0; i < (WRITERS * SAVES_OF_EACH) / writers; i++) {
        const session = await sessions.load(sessionKey);
        session.set(`writer${writer}`, i);
        const began = performance.now();
        await session.save();
        saves.push(performance.now() - began);
      }
    };
    const began = performance.now();
    await Promise.all(Array.from({ length: writers }, write));
    const milliseconds = performance.now() - began;
    const session = await sessions.load(sessionKey);
    for (let writer = 0; writer < writers; writer++) {
      if (!session.has(`writer${writer}`)) throw new Error(`What writer ${writer} saved is lost.`);
    }
    await session.flush();
    return { milliseconds, saves };
  };

  const rounds: { together: Round; inTurn: Round }[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    const isFirst = round % 2 === 0;
    const first = await measure(isFirst ? WRITERS : 1);
    const second = await measure(isFirst ? 1 : WRITERS);
    rounds.push(isFirst ? { together: first, inTurn: second } : { together: second, inTurn: first });
  }
  const measured = rounds.slice(1);
  const middle = (of: (round: (typeof rounds)[number]) => number) => median(measured.map(of));
  return [
    {
      what: `p99 of a save() of ${WRITERS} writers that go on writing one session / its mean`,
      ratio: middle(({ together }) => p99(together.saves) / mean(together.saves)),
      goal: 5,
      details: {
        "ms p99 of a save": middle(({ together }) => p99(together.saves)),
        "ms mean of a save": middle(({ together }) => mean(together.saves)),
        "ms mean of a save, one after another": middle(({ inTurn }) => mean(inTurn.saves)),
      },
    },
    {
      what: `time of ${WRITERS * SAVES_OF_EACH} loads and saves by ${WRITERS} writers at once / one after another`,
      ratio: middle(({ together, inTurn }) => together.milliseconds / inTurn.milliseconds),
      goal: 1,
      details: {
        "ms by all writers at once": middle(({ together }) => together.milliseconds),
        "ms one after another": middle(({ inTurn }) => inTurn.milliseconds),
      },
    },
  ];
}

const mean = (numbers: readonly number[]) => numbers.reduce((sum, number) => sum + number, 0) / numbers.length;

const p99 = (numbers: readonly number[]) =>
  numbers.toSorted((a, b) => a - b)[Math.ceil(numbers.length * 0.99) - 1] ?? Number.NaN;
