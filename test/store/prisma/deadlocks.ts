// Provokes real deadlocks in an empty table. It needs nothing of vitest or of one version of
// Prisma, so that each version can be tried.
import type { SessionDelegate, SessionStore } from "prisma-db-session";
import { gate } from "../../support.ts";

/** The part of a Prisma client that a scene needs. */
interface SceneClient {
  readonly session: SessionDelegate;
  $executeRawUnsafe(sql: string): PromiseLike<number>;
  $transaction<Result>(
    work: (transaction: SceneTransaction) => Promise<Result>,
    options: { timeout: number },
  ): Promise<Result>;
}

type SceneTransaction = Pick<SceneClient, "session" | "$executeRawUnsafe">;

export interface Scene {
  readonly provider: "postgresql" | "mysql";
  /** The store whose statement the database is to choose as the victim. */
  readonly store: SessionStore;
  /** A client with connections of its own. */
  readonly theirs: SceneClient;
  /** Waits until a statement waits for a lock. */
  readonly isWaiting: () => Promise<void>;
}

export const LIVE_AT = new Date("2030-01-01");
export const LATER = new Date("2030-01-02");
export const ROW = { key: "a", data: "v1.text", expireDate: LATER };

/** A rotation of row `a` to key `b`. The other transaction has inserted `b`, and then wants `a`. */
export async function rotationDeadlock(scene: Scene) {
  await scene.store.insert(ROW);
  return deadlock(scene, {
    mine: (store) =>
      store.update("a", { liveAt: LIVE_AT, data: ROW.data }, { key: "b", data: "v1.new", expireDate: LATER }),
    theirFirst: (session) => session.createMany({ data: { ...ROW, key: "b" } }),
  });
}

/**
 * A deletion of the rows `a` and `b`, in this order. The other transaction has changed `b`, and
 * then wants `a`.
 */
export async function deletionDeadlock(scene: Scene) {
  await scene.store.insert(ROW);
  await scene.store.insert({ ...ROW, key: "b" });
  return deadlock(scene, {
    mine: (store) => store.deleteExpired({ keys: ["a", "b"] }, LATER),
    theirFirst: (session) => touch(session, "b"),
  });
}

interface Statements<Outcome> {
  readonly mine: (store: SessionStore) => Promise<Outcome>;
  readonly theirFirst: (session: SessionDelegate) => PromiseLike<unknown>;
}

/**
 * The outcome of the store's statement. Rejects with its error, once the other transaction is
 * committed.
 */
async function deadlock<Outcome>({ provider, store, theirs, isWaiting }: Scene, statements: Statements<Outcome>) {
  const [theyHold, mineWaits] = [gate(), gate()];
  const their = theirs.$transaction(
    async (transaction) => {
      // PostgreSQL rolls back the first one that looks for a deadlock, after a second. MariaDB
      // rolls back the one that has changed less.
      if (provider === "postgresql") await transaction.$executeRawUnsafe("SET LOCAL deadlock_timeout = '20s'");
      for (let i = 0; i < 30; i++) await transaction.session.createMany({ data: { ...ROW, key: `weight ${i}` } });
      await statements.theirFirst(transaction.session);
      theyHold.open();
      await mineWaits.opened;
      await touch(transaction.session, "a");
    },
    { timeout: 25_000 },
  );
  await theyHold.opened;
  const my = statements.mine(store);
  my.catch(() => {});
  await isWaiting();
  mineWaits.open();
  await their;
  return my;
}

const touch = (session: SessionDelegate, key: string) =>
  session.updateMany({ where: { key, expireDate: { gt: LIVE_AT }, data: ROW.data }, data: { expireDate: LATER } });
