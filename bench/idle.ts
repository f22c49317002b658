import type { TestClient } from "../test/databases/types.ts";
import type { Result } from "./result.ts";
import { compare } from "./rounds.ts";

/**
 * Measures how much longer a statement takes after other work of the app. A core that has had
 * nothing to do meanwhile may have fallen asleep, and must wake up first.
 */
export async function benchIdle({ session }: TestClient): Promise<Result> {
  const find = () => session.findUnique({ where: { key: "no row" }, select: { data: true } });
  const findAfter = (us: number) => () => {
    workFor(us);
    return find();
  };
  const work = { find, after30: findAfter(30), after100: findAfter(100) };
  const { us } = await compare(work, { rounds: 41 });
  return {
    what: "a findUnique() after other work",
    details: {
      "us per findUnique, one after another": us.find,
      "us more after 30 us of other work": us.after30 - 30 - us.find,
      "us more after 100 us of other work": us.after100 - 100 - us.find,
    },
  };
}

function workFor(us: number): void {
  const end = performance.now() + us / 1000;
  while (performance.now() < end);
}
