import { createSessions, type SessionsOptions } from "prisma-db-session";
import type { TestStores } from "../stores.ts";
import { SECRET, type ShopData, testClock } from "../support.ts";

export const KEY_FORM = /^[a-z0-9]{32}$/;
export const KEY_A = "a".repeat(32);
export const KEY_B = "b".repeat(32);

/** Sessions on the store of the test, with a clock that the test advances. */
export function openSessions(stores: () => TestStores, options: Partial<SessionsOptions<ShopData>> = {}) {
  const clock = testClock();
  const { store } = stores();
  const sessions = createSessions<ShopData>({ store, secret: SECRET, now: clock.now, ...options });
  return { sessions, store, clock };
}

/** Returns the keys in order, then the last key again and again. */
export const keysInOrder = (...keys: string[]) => {
  return () => (keys.length > 1 ? keys.shift() : keys[0]) as string;
};
