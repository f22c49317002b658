import { createSessions, type DbSession, type Sessions, type SessionsOptions } from "prisma-db-session";
import type { TestDatabase } from "../databases/index.ts";
import type { OwnedTestClient } from "../databases/types.ts";
import { type ShopData, storedKey, testClock, UNKNOWN_KEY } from "../support.ts";
import { Witness } from "./witness.ts";

/** What stands in every value of every session. */
export const CANARY = "canary-Qx7dVb2LmZ";
/** Unlike that of other tests, it has no words. */
export const SECRET = "hT9qKc2vXe5mRz8wBn4jLd7sGy3fPa6u";
/** A cookie that is no session key, and whatever else may be in it. */
export const MALFORMED = "Malformed+Cookie/Value==";

const MINUTE = 60;

type Session = DbSession<ShopData>;
type OwnedTestDatabase = TestDatabase<OwnedTestClient>;
type Model = OwnedTestClient["session"];
type Options = Partial<SessionsOptions<ShopData, Model>>;

/** Everything that can become of sessions, good and bad, on a database; returns what could be seen of it. */
export async function live(db: OwnedTestDatabase, options: Options = {}): Promise<Witness> {
  const witness = new Witness();
  const store = await db.connectStore((query, params) => witness.see("statements", query, params));
  const life = new Life(db, { store, ...options }, witness);
  const restore = witness.watchConsole();
  try {
    await life.goWell();
    await life.meetOthers();
    await life.refuseWhatCannotBeStored();
    await life.refuseKeys();
    await life.refuseColumns();
    await life.meetChangedRows();
    await life.loseTheTable();
    await life.loseTheDatabase();
    await life.end();
  } finally {
    restore();
  }
  return witness;
}

class Life {
  readonly #database: OwnedTestDatabase;
  /** For what the package does not do. */
  readonly #db: OwnedTestClient;
  readonly #hashKeys: boolean;
  readonly #witness: Witness;
  readonly #clock = testClock();
  readonly #options: SessionsOptions<ShopData, Model>;

  constructor(database: OwnedTestDatabase, options: Options, witness: Witness) {
    this.#database = database;
    this.#db = database.prisma;
    this.#hashKeys = options.hashKeys ?? true;
    this.#witness = witness;
    this.#options = {
      secret: SECRET,
      now: this.#clock.now,
      refreshAfter: MINUTE,
      columns: ({ userId = null }) => ({ userId, address: null, userAgent: null }),
      onEvent: witness.onEvent,
      randomKey: witness.randomKey,
      ...options,
    };
  }

  async goWell(): Promise<void> {
    const { load } = this.#sessions();
    const session = await this.#saved();
    const loaded = await load(session.sessionKey);
    loaded.get("cart")?.push(CANARY);
    await loaded.save();
    await loaded.cycleKey();
    await loaded.markAuthenticated();
    this.#clock.advance(2 * MINUTE);
    await loaded.refresh();
    await loaded.exists(String(loaded.sessionKey));
    await this.#look();
    const before = String(loaded.sessionKey);
    await loaded.create();
    await loaded.destroy(before);
    await (await this.#saved()).flush();
  }

  async meetOthers(): Promise<void> {
    const [first, second] = await this.#twice();
    first.set("note", `${CANARY} 1`);
    second.set("cart", [`${CANARY} 2`]);
    await first.save();
    await second.save();
    first.clear();
    first.set("note", `${CANARY} 3`);
    await first.save();

    const [quick, late] = await this.#twice({ onConflict: "error" });
    quick.set("note", `${CANARY} 4`);
    late.set("note", `${CANARY} 5`);
    await quick.save();
    await this.#attempt(() => late.save());

    const limited = this.#sessions({ maxPerOwner: { column: "userId", max: 2 } });
    const newest = await this.#saved(limited);
    await limited.revoke({ userId: 7 }, { except: newest });
    for (const { keyHash } of await limited.list({ userId: 7 })) await limited.revoke({ userId: 7 }, { keyHash });
    await this.#attempt(() => limited.revoke({ userId: 7 }, { except: MALFORMED }));
    await this.#attempt(() => newest.save());
    await this.#attempt(() => newest.cycleKey());
    await newest.markAuthenticated({ userId: 7 });
  }

  async refuseWhatCannotBeStored(): Promise<void> {
    const session = await this.#saved();
    const cycle: unknown[] = [CANARY];
    cycle.push(cycle);
    const values = [
      new Map([[CANARY, CANARY]]),
      [Symbol(CANARY)],
      { score: Number.NaN, of: CANARY },
      () => CANARY,
      7n,
      cycle,
    ];
    for (const note of values) {
      session.set("note", note);
      await this.#attempt(() => session.save());
    }
    const serializer = { stringify: () => undefined as never, parse: JSON.parse };
    await this.#attempt(() => this.#saved(this.#sessions({ serializer })));
  }

  async refuseKeys(): Promise<void> {
    const { open, load } = this.#sessions();
    const taken = await this.#saved();
    await this.#attempt(() => taken.save({ mustCreate: true }));
    await this.#attempt(() => this.#saved(this.#sessions({ randomKey: () => String(taken.sessionKey) })));
    await this.#attempt(() => this.#saved(this.#sessions({ randomKey: () => MALFORMED })));
    await this.#attempt(async () => open(taken.sessionKey).get("note"));
    await load(MALFORMED);
    await load(UNKNOWN_KEY);
  }

  async refuseColumns(): Promise<void> {
    const session = await this.#saved();
    for (const userId of [CANARY, { set: CANARY }]) {
      const columns = () => ({ userId: userId as never, address: null, userAgent: null });
      await this.#attempt(() => this.#saved(this.#sessions({ columns })));
    }
    await this.#attempt(() => this.#sessions().revoke({ userID: 7 } as never, { except: session }));
    const findMatching = () => Promise.reject(new Error(CANARY));
    const store = { ...this.#database.store(), findMatching };
    await this.#saved(this.#sessions({ store, maxPerOwner: { column: "userId", max: 2 } }));
  }

  async meetChangedRows(): Promise<void> {
    const [held] = await this.#twice();
    const another = await this.#saved();
    const copied = await this.#db.session.findUniqueOrThrow({ where: { key: this.#stored(another.sessionKey) } });
    const where = { key: this.#stored(held.sessionKey) };
    await this.#db.session.updateMany({ where, data: { data: copied.data } });
    await this.#sessions().load(held.sessionKey);
    held.set("note", `${CANARY} again`);
    await this.#attempt(() => held.save());

    // What the package itself prints.
    const { onEvent: _, ...silent } = this.#options;
    await createSessions(silent).load(held.sessionKey);
    const onEvent = () => {
      throw new Error("The log is full.");
    };
    await this.#sessions({ onEvent }).load(another.sessionKey);
  }

  /** Each verb fails because the table is missing. */
  async loseTheTable(): Promise<void> {
    const held = await this.#twice();
    this.#clock.advance(2 * MINUTE);
    await this.#db.$executeRawUnsafe("ALTER TABLE session RENAME TO session_away");
    await this.#callAllVerbs(this.#sessions(), held);
    await this.#db.$executeRawUnsafe("ALTER TABLE session_away RENAME TO session");
  }

  /** Each verb fails because its transaction has ended. */
  async loseTheDatabase(): Promise<void> {
    const { sessionKey } = await this.#saved();
    const [sessions, held] = await this.#database.inTransaction(async (store) => {
      const inside = this.#sessions({ store });
      return [inside, [await inside.load(sessionKey), await inside.load(sessionKey)] as const] as const;
    });
    this.#clock.advance(2 * MINUTE);
    await this.#callAllVerbs(sessions, held);
  }

  async #callAllVerbs(sessions: Sessions<ShopData, Model>, held: readonly [Session, Session]): Promise<void> {
    const [reader, writer] = held;
    const { load, list, revoke, clearExpired } = sessions;
    writer.set("note", `${CANARY} lost`);
    for (const run of [
      () => this.#saved(sessions),
      () => load(reader.sessionKey),
      () => writer.save(),
      () => writer.cycleKey(),
      () => writer.markAuthenticated(),
      () => reader.refresh(),
      () => reader.exists(String(reader.sessionKey)),
      () => reader.destroy(String(reader.sessionKey)),
      () => reader.flush(),
      () => clearExpired(),
      () => list({ userId: 7 }),
      () => revoke({ userId: 7 }, { except: reader }),
    ]) {
      await this.#attempt(run);
    }
  }

  async end(): Promise<void> {
    const { sessionKey } = await this.#saved();
    this.#clock.advance(10_000_000);
    await this.#sessions().load(sessionKey);
    await this.#sessions().clearExpired();
  }

  #sessions(options: Options = {}) {
    return createSessions<ShopData, Model>({ ...this.#options, ...options });
  }

  async #saved({ open } = this.#sessions()) {
    const session = open();
    session.update({ userId: 7, cart: [CANARY], note: { deep: { deeper: CANARY } } });
    session.flash("hello", CANARY);
    await session.save();
    await this.#look();
    return session;
  }

  /** One session, as two requests hold it. */
  async #twice(options: Options = {}) {
    const sessions = this.#sessions(options);
    const { sessionKey } = await this.#saved(sessions);
    return [await sessions.load(sessionKey), await sessions.load(sessionKey)] as const;
  }

  async #look(): Promise<void> {
    this.#witness.see("rows", JSON.stringify(await this.#db.session.findMany()));
  }

  #attempt(run: () => Promise<unknown>): Promise<void> {
    return this.#witness.attempt(run);
  }

  #stored(sessionKey: string | null): string {
    return this.#hashKeys ? storedKey(sessionKey) : String(sessionKey);
  }
}
