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

/**
 * Compares writers that repeatedly load and save one session at the same time with one writer that
 * runs the same number of saves.
 */
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
      if (!session.has(`writer${writer}`)) throw new Error(`The changes of writer ${writer} are lost.`);
    }
    await session.flush();
    return { milliseconds, saves };
  };

  const rounds: { concurrent: Round; sequential: Round }[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    const isFirst = round % 2 === 0;
    const first = await measure(isFirst ? WRITERS : 1);
    const second = await measure(isFirst ? 1 : WRITERS);
    rounds.push(isFirst ? { concurrent: first, sequential: second } : { concurrent: second, sequential: first });
  }
  const measured = rounds.slice(1);
  const middle = (of: (round: (typeof rounds)[number]) => number) => median(measured.map(of));
  return [
    {
      what: `p99 of a save() by ${WRITERS} concurrent writers of one session / its mean`,
      ratio: middle(({ concurrent }) => p99(concurrent.saves) / mean(concurrent.saves)),
      goal: 5,
      details: {
        "ms per save, p99": middle(({ concurrent }) => p99(concurrent.saves)),
        "ms per save, mean": middle(({ concurrent }) => mean(concurrent.saves)),
        "ms per save, mean, sequential": middle(({ sequential }) => mean(sequential.saves)),
      },
    },
    {
      what: `time of ${WRITERS * SAVES_OF_EACH} loads and saves by ${WRITERS} concurrent writers / sequential`,
      ratio: middle(({ concurrent, sequential }) => concurrent.milliseconds / sequential.milliseconds),
      goal: 1,
      details: {
        "ms, all writers concurrent": middle(({ concurrent }) => concurrent.milliseconds),
        "ms, sequential": middle(({ sequential }) => sequential.milliseconds),
      },
    },
  ];
}

const mean = (numbers: readonly number[]) => numbers.reduce((sum, number) => sum + number, 0) / numbers.length;

const p99 = (numbers: readonly number[]) =>
  numbers.toSorted((a, b) => a - b)[Math.ceil(numbers.length * 0.99) - 1] ?? Number.NaN;
