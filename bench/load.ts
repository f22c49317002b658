import { createSessions, memoryStore, type Sessions } from "prisma-db-session";
import type { TestClient } from "../test/databases/types.ts";
import { hashedKey, PREFIX_LENGTH, SECRET, savedKilobyte } from "./kilobyte.ts";
import type { Result } from "./result.ts";
import { compare } from "./rounds.ts";

const CONCURRENT = 32;
const LOADS_OF_EACH = 20;

/** Compares loads of 32 concurrent requests with `findUnique()` and `JSON.parse()` of such rows. */
export async function benchLoad(prisma: TestClient): Promise<Result> {
  const sessions = createSessions({ model: prisma.session, secret: SECRET });
  const inMemory = createSessions({ store: memoryStore(), secret: SECRET });
  const savedKeys = async (by: Pick<Sessions, "open">) => {
    const saved = await Promise.all(Array.from({ length: CONCURRENT }, () => savedKilobyte(by)));
    return saved.map(({ sessionKey }) => String(sessionKey));
  };
  const [sessionKeys, inMemoryKeys] = [await savedKeys(sessions), await savedKeys(inMemory)];
  const keys = sessionKeys.map(hashedKey);

  /**
   * Each request loads again as soon as its load is done. So the loads are spread over time: Prisma
   * would batch reads that start at the same moment.
   */
  const all = (load: (i: number) => Promise<unknown>) => async () => {
    const request = async (_: unknown, i: number) => {
      for (let left = LOADS_OF_EACH; left > 0; left--) await load(i);
    };
    await Promise.all(Array.from({ length: CONCURRENT }, request));
  };
  const loadOf = (of: Pick<Sessions, "load">, from: readonly string[]) => async (i: number) => {
    const session = await of.load(from[i]);
    if (session.get("userId") === undefined) throw new Error("The session was not loaded.");
  };
  const find = async (i: number) => {
    const select = { data: true, expireDate: true };
    const { data } = await prisma.session.findUniqueOrThrow({ where: { key: keys[i] ?? "" }, select });
    if (JSON.parse(data.slice(PREFIX_LENGTH)).userId === undefined) throw new Error("The row was not read.");
  };
  const work = {
    load: all(loadOf(sessions, sessionKeys)),
    find: all(find),
    inMemory: all(loadOf(inMemory, inMemoryKeys)),
  };
  const { us, ratio } = await compare(work, { rounds: 41, times: 1 });
  const each = (total: number) => total / (CONCURRENT * LOADS_OF_EACH);
  return {
    what: `load() by ${CONCURRENT} concurrent requests / findUnique() and JSON.parse()`,
    ratio: ratio("load", "find"),
    goal: 1.25,
    details: {
      "us per load": each(us.load),
      "us per load in memory: the work of this package": each(us.inMemory),
      "us per findUnique with JSON.parse": each(us.find),
    },
  };
}
