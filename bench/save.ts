import { createSessions, memoryStore } from "prisma-db-session";
import type { TestClient } from "../test/databases/types.ts";
import { GUARD_LENGTH, hashedKey, SECRET, savedKilobyte, textOf, WRITES_IN_LOG } from "./kilobyte.ts";
import type { Result } from "./result.ts";
import { compare } from "./rounds.ts";

const TWO_WEEKS_MS = 1_209_600_000;

/**
 * Compares a save without a conflict with two `updateMany()` calls on similar rows. One call has
 * the guard of the save, the other has none. The options are the defaults, and there is no cookie.
 */
export async function benchSave(prisma: TestClient): Promise<Result[]> {
  const session = await savedKilobyte(createSessions({ model: prisma.session, secret: SECRET }));
  const inMemory = await savedKilobyte(createSessions({ store: memoryStore(), secret: SECRET }));
  const other = await savedKilobyte(createSessions({ model: prisma.session, secret: SECRET }));
  const key = hashedKey(other.sessionKey);
  let saves = 0;

  const saveOf = (of: typeof session) => () => {
    of.set("visits", ++saves);
    return of.save();
  };
  // With a full log, all texts here are as long.
  for (let writes = 1; writes < WRITES_IN_LOG; writes++) await saveOf(other)();
  let { data } = await prisma.session.findUniqueOrThrow({ where: { key } });
  const update = (isGuarded: boolean) => async () => {
    const now = new Date();
    const changed = textOf(data, ++saves);
    const guard = { expireDate: { gt: now }, data: { startsWith: data.slice(0, GUARD_LENGTH) } };
    const { count } = await prisma.session.updateMany({
      where: { key, ...(isGuarded && guard) },
      data: { expireDate: new Date(now.getTime() + TWO_WEEKS_MS), data: changed },
    });
    if (count !== 1) throw new Error("The `updateMany()` call matched no row.");
    data = changed;
  };
  const saveInMemory = saveOf(inMemory);
  const guarded = update(true);
  const work = {
    save: saveOf(session),
    guarded,
    unguarded: update(false),
    inMemory: saveInMemory,
    // Takes longer than its two parts alone. So the parts cannot be subtracted from a save.
    both: () => saveInMemory().then(guarded),
  };
  const { us, ratio } = await compare(work, { rounds: 61 });
  const details = {
    "us per save": us.save,
    "us per save in memory: the work of this package": us.inMemory,
    "us per guarded updateMany": us.guarded,
    "us per save in memory, followed by a guarded updateMany": us.both,
    "us per unguarded updateMany": us.unguarded,
  };
  return [
    {
      what: `save() of ${data.length} characters / an unguarded updateMany() of the same columns`,
      ratio: ratio("save", "unguarded"),
      goal: 1.15,
      details,
    },
    {
      what: "the same save() / the same guarded updateMany()",
      ratio: ratio("save", "guarded"),
      goal: 1.1,
      details: {},
    },
  ];
}
