import { createSessions } from "prisma-db-session";
import type { TestClient } from "../test/databases/types.ts";
import { hashedKey, KILOBYTE, SECRET, textOf } from "./kilobyte.ts";
import type { Result } from "./result.ts";
import { compare } from "./rounds.ts";

/** The most that a save may cost, measured by the statement that it sends. */
const GOAL = 1.1;

/** A save that meets no other, and the UPDATE alone that it comes down to, on rows alike; with no option but the secret, and no cookie. */
export async function benchSave(prisma: TestClient): Promise<Result> {
  const sessions = createSessions({ model: prisma.session, secret: SECRET });
  const session = sessions.open();
  session.update(KILOBYTE);
  await session.save();

  const other = sessions.open();
  other.update(KILOBYTE);
  await other.save();
  const key = hashedKey(other.sessionKey);
  let { data } = await prisma.session.findUniqueOrThrow({ where: { key } });
  let saves = 0;

  const save = () => {
    session.set("visits", ++saves);
    return session.save();
  };
  const update = async () => {
    const now = new Date();
    const changed = textOf(data, ++saves);
    const expireDate = new Date(now.getTime() + 1_209_600_000);
    const { count } = await prisma.session.updateMany({
      where: { key, expireDate: { gt: now }, data },
      data: { expireDate, data: changed },
    });
    if (count !== 1) throw new Error("The bare UPDATE matched no row.");
    data = changed;
  };
  const { ours, theirs, ratio } = await compare(save, update, { rounds: 101 });
  return {
    what: `save() of ${data.length} characters / the same updateMany()`,
    ratio,
    goal: GOAL,
    details: { "us a save": ours, "us an updateMany": theirs },
  };
}
