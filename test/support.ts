import { createHash } from "node:crypto";
import {
  createSessions,
  memoryStore,
  type SessionEvent,
  type SessionStore,
  type Sessions,
  type SessionsOptions,
} from "prisma-db-session";

export const SECRET = "a-secret-for-tests-of-32-characters-or-more";
export const START = new Date("2030-01-01T00:00:00.000Z");
export const TWO_WEEKS = 1_209_600;
/** Well-formed, and in no table. */
export const UNKNOWN_KEY = "unknown0unknown0unknown0unknown0";

/** Data as most tests use it. */
export interface ShopData {
  userId: number;
  cart: string[];
  note: unknown;
  [key: string]: unknown;
}

/** What the key column holds for a session key, reckoned here without the package's help. */
export const storedKey = (sessionKey: string | null): string =>
  `sha256.${createHash("sha256")
    .update(sessionKey ?? "no key")
    .digest("hex")}`;

/** What one actor of a script opens, and another waits for. */
export function gate() {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, opened };
}

/** A clock that stands still until it is moved on. */
export function testClock() {
  let time = START.getTime();
  return {
    now: () => new Date(time),
    advance(seconds: number) {
      time += seconds * 1000;
    },
  };
}

/** Sessions in memory, with what can be seen of them. */
export function memorySessions(options: Partial<SessionsOptions<ShopData>> & { readonly store?: SessionStore } = {}) {
  const store: SessionStore = options.store ?? memoryStore();
  const clock = testClock();
  const events: SessionEvent[] = [];
  const sessions: Sessions<ShopData> = createSessions<ShopData>({
    store,
    secret: SECRET,
    now: clock.now,
    onEvent: (event) => events.push(event),
    ...options,
  });
  return { sessions, store, clock, events };
}
