import { createSessions, memoryStore, type Sessions } from "prisma-db-session";
import type { TestClient } from "../test/databases/types.ts";
import { hashedKey, PREFIX_LENGTH, SECRET, savedKilobyte } from "./kilobyte.ts";
import type { Result } from "./result.ts";
import { compare } from "./rounds.ts";

const CONCURRENT = 32;
const LOADS_OF_EACH = 20;

/** Loads of 32 requests at a time, and the bare reading and parsing of the same rows. */
export async function benchLoad(prisma: TestClient): Promise<Result> {
  const sessions = createSessions({ model: prisma.session, secret: SECRET });
  const alone = createSessions({ store: memoryStore(), secret: SECRET });
  const savedKeys = async (by: Pick<Sessions, "open">) => {
    const saved = await Promise.all(Array.from({ length: CONCURRENT }, () => savedKilobyte(by)));
    return saved.map(({ sessionKey }) => String(sessionKey));
  };
  const [sessionKeys, aloneKeys] = [await savedKeys(sessions), await savedKeys(alone)];
  const keys = sessionKeys.map(hashedKey);

  /** Each request loads again as soon as it is answered. Prisma would join readings of the very same moment. */
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
  const ways = { load: all(loadOf(sessions, sessionKeys)), find: all(find), alone: all(loadOf(alone, aloneKeys)) };
  const { us, ratio } = await compare(ways, { rounds: 41, times: 1 });
  const each = (total: number) => total / (CONCURRENT * LOADS_OF_EACH);
  return {
    what: `load() by ${CONCURRENT} requests at once / findUnique() and JSON.parse()`,
    ratio: ratio("load", "find"),
    goal: 1.25,
    details: {
      "us a load": each(us.load),
      "us of the same load in memory: the work of this package": each(us.alone),
      "us a findUnique with JSON.parse": each(us.find),
    },
  };
}
