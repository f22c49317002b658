import { createSessions, memoryStore, type Sessions } from "prisma-db-session";
import type { TestDatabase } from "../test/databases/types.ts";
import { hashedKey, PREFIX_LENGTH, SECRET, savedKilobyte } from "./kilobyte.ts";
import type { Result } from "./result.ts";
import { compare, concurrently } from "./rounds.ts";

const CONCURRENT = 32;
const LOADS_OF_EACH = 20;

/** Compares loads of 32 concurrent requests with `findUnique()` and `JSON.parse()` of such rows. */
export async function benchLoad(db: TestDatabase): Promise<Result> {
  const prisma = await db.connect({ logs: false });
  const sessions = createSessions({ model: prisma.session, secret: SECRET });
  const inMemory = createSessions({ store: memoryStore(), secret: SECRET });
  const savedKeys = async (by: Pick<Sessions, "open">) => {
    const saved = await Promise.all(Array.from({ length: CONCURRENT }, () => savedKilobyte(by)));
    return saved.map(({ sessionKey }) => String(sessionKey));
  };
  const [sessionKeys, inMemoryKeys] = [await savedKeys(sessions), await savedKeys(inMemory)];
  const keys = sessionKeys.map(hashedKey);

  const all = (load: (i: number) => Promise<unknown>) => () =>
    concurrently(
      Array.from({ length: CONCURRENT }, (_, i) => Array.from({ length: LOADS_OF_EACH }, () => () => load(i))),
    );
  const loadOf = (of: Pick<Sessions, "load">, from: readonly string[]) => async (i: number) => {
    const session = await of.load(from[i]);
    if (session.get("userId") === undefined) throw new Error("The session was not loaded.");
  };
  const find = async (i: number) => {
    const select = { data: true, expireDate: true };
    const { data } = await prisma.session.findUniqueOrThrow({ where: { key: keys[i] ?? "" }, select });
    if (JSON.parse(data.slice(PREFIX_LENGTH)).userId === undefined) throw new Error("The row was not read.");
  };
  const loadInMemory = loadOf(inMemory, inMemoryKeys);
  const work = {
    load: all(loadOf(sessions, sessionKeys)),
    find: all(find),
    inMemory: all(loadInMemory),
    both: all((i) => loadInMemory(i).then(() => find(i))),
  };
  await assertNoBatches(db, () =>
    all(loadOf(createSessions({ model: db.prisma.session, secret: SECRET }), sessionKeys))(),
  );
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
      "us per load in memory, followed by that findUnique": each(us.both),
    },
  };
}

/** Throws if Prisma sent several loads as one statement, which no two requests of an app share. */
async function assertNoBatches({ queries }: TestDatabase, loads: () => Promise<unknown>): Promise<void> {
  queries.length = 0;
  await loads();
  const expected = CONCURRENT * LOADS_OF_EACH;
  if (queries.length < expected) throw new Error(`Prisma sent ${expected} loads as ${queries.length} statements.`);
  queries.length = 0;
}
