import type { DbSession } from "prisma-db-session";
import { createNextSessions, type NextSessionsOptions } from "prisma-db-session/next";
import { notingStore } from "../noting-store.ts";
import { SECRET, type ShopData, testClock } from "../support.ts";
import { inNextRequest } from "./request.ts";

/** An app on a store in memory that notes what it was asked, and a clock that stands still. */
export function nextApp(options: Partial<NextSessionsOptions<ShopData>> = {}) {
  const { store, calls } = notingStore();
  const clock = testClock();
  const app = createNextSessions<ShopData>({ store, secret: SECRET, now: clock.now, ...options });
  /** Signs a user in, in a request of its own; returns the key. */
  async function signIn(also?: (session: DbSession<ShopData>) => void) {
    const { result } = await inNextRequest({}, async () => {
      const session = await app.getSession();
      session.set("userId", 7);
      also?.(session);
      await session.save();
      return session.sessionKey as string;
    });
    calls.length = 0;
    return result;
  }
  const inSeconds = (seconds: number) => new Date(clock.now().getTime() + seconds * 1000);
  return { ...app, store, calls, clock, inSeconds, signIn };
}
