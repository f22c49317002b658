import type { TestClient } from "../test/databases/types.ts";
import type { Result } from "./result.ts";
import { compare } from "./rounds.ts";

/** The work between two statements, in microseconds. */
const WORK_US = 100;

/**
 * Compares the same statement with and without other work before it. While the app works, the
 * core of the database server may fall asleep, and the next statement has to wake it up.
 *
 * So work between statements can cost more than its own time. That explains ratios of one visitor.
 */
export async function benchIdle({ session }: TestClient): Promise<Result> {
  const find = () => session.findUnique({ where: { key: "no row" }, select: { data: true } });
  const workAndFind = () => {
    work();
    return find();
  };
  const { us } = await compare({ find, workAndFind }, { rounds: 41 });
  const later = us.workAndFind - WORK_US;
  return {
    what: `a findUnique() after ${WORK_US} us of other work / one after another`,
    ratio: later / us.find,
    details: { "us per findUnique, one after another": us.find, [`us per findUnique after ${WORK_US} us`]: later },
  };
}

function work(): void {
  const end = performance.now() + WORK_US / 1000;
  while (performance.now() < end);
}
