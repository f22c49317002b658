import { type Codec, createSessions, type SessionEvent, type SessionsOptions } from "prisma-db-session";
import { CODECS } from "../../codec/support.ts";
import { describeEachStore, type TestStores } from "../../stores.ts";
import { SECRET, type ShopData, testClock } from "../../support.ts";

type Options = Partial<SessionsOptions<ShopData>>;

/** Opens one session as two requests, `me` and `they`. */
export type TwoActors = (options?: Options) => ReturnType<typeof twoActorsOn>;

/** A `describe` for each codec and each store. */
export function describeTwoActors(title: string, tests: (twoActors: TwoActors) => void): void {
  for (const [name, codec] of CODECS) {
    describeEachStore(`${title}, with ${name},`, (stores) => tests((options) => twoActorsOn(stores, codec, options)));
  }
}

/**
 * Two requests that have loaded one session. Each has a database connection of its own. The tests
 * can replace the methods of `store`, which only `me` uses.
 */
async function twoActorsOn(stores: () => TestStores, codec: Codec, options: Options = {}) {
  const { store: shared, otherStore } = stores();
  const store = { ...shared };
  const clock = testClock();
  const events: SessionEvent[] = [];
  const common = { secret: SECRET, codec, now: clock.now, ...options };
  const mine = createSessions<ShopData>({ store, onEvent: (event) => events.push(event), ...common });
  const theirs = createSessions<ShopData>({ store: otherStore, ...common });
  const session = mine.open();
  session.update({ userId: 7, cart: ["tea"] });
  await session.save();
  const key = session.sessionKey as string;
  events.length = 0;
  const [me, they] = [await mine.load(key), await theirs.load(key)];
  return { mine, theirs, me, they, key, clock, store, events, read: async () => (await mine.load(key)).toJSON() };
}
