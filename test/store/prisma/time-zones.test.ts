import { PrismaPg } from "@prisma/adapter-pg";
import { createSessions, type SessionDelegate } from "prisma-db-session";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { PrismaClient as PlainClient } from "../../../generated/postgresql/client.ts";
import { PrismaClient as TimestamptzClient } from "../../../generated/timestamptz/client.ts";
import { postgresql } from "../../databases/postgresql.ts";
import type { TestDatabase } from "../../databases/types.ts";
import { SECRET } from "../../support.ts";

/** What the docs say about a table with `timestamptz`. */
const IN_UTC = "-c TimeZone=UTC";

interface Client {
  readonly session: SessionDelegate;
  $executeRawUnsafe(sql: string): PromiseLike<number>;
  $queryRawUnsafe(sql: string): PromiseLike<unknown>;
  $disconnect(): Promise<void>;
}

/** Each of the two ways to have the column, and what the connections of the app must be set to. */
const columns = [
  {
    type: "TIMESTAMP(3)",
    clientWith: (adapter: PrismaPg): Client => new PlainClient({ adapter }),
    options: undefined,
    sqlNow: "now() AT TIME ZONE 'utc'",
  },
  {
    type: "TIMESTAMPTZ(3)",
    clientWith: (adapter: PrismaPg): Client => new TimestamptzClient({ adapter }),
    options: IN_UTC,
    sqlNow: "now()",
  },
];
const zones = ["Asia/Tokyo", "Europe/Berlin", "America/New_York"];
const cases = columns.flatMap((column) => zones.map((zone) => ({ ...column, zone })));

const { skipReason } = postgresql;
const skipped = skipReason === undefined ? "" : ` (skipped: ${skipReason})`;

describe.skipIf(skipped).each(cases)(
  `$type in a PostgreSQL whose TimeZone is $zone${skipped}`,
  ({ type, clientWith, options, sqlNow, zone }) => {
    let db: TestDatabase;
    let app: Client;
    let inUtc: Client;
    const connect = (settings: string | undefined) =>
      clientWith(new PrismaPg({ connectionString: db.url, ...(settings && { options: settings }) }));

    beforeAll(async () => {
      db = await postgresql.create();
      await db.prisma.$executeRawUnsafe(`ALTER TABLE session ALTER COLUMN expire_date TYPE ${type}`);
      const name = new URL(db.url).pathname.slice(1);
      await db.prisma.$executeRawUnsafe(`ALTER DATABASE "${name}" SET TimeZone TO '${zone}'`);
      app = connect(options);
      inUtc = connect(IN_UTC);
    });
    beforeEach(() => db.prisma.session.deleteMany());
    afterAll(async () => {
      await Promise.all([app, inUtc].map((client) => client.$disconnect()));
      await db.drop();
    });

    const sessionsOf = (client: Client, now: () => Date, maxAge = 1800) =>
      createSessions<{ n: number }>({ model: client.session, secret: SECRET, now, maxAge, onEvent: () => {} });

    // Otherwise no other test here shows anything.
    it("has connections in that zone, unless they are set to UTC", async () => {
      const settings = [connect(undefined), inUtc].map(async (client) => {
        const [row] = (await client.$queryRawUnsafe("SHOW TimeZone")) as [{ TimeZone: string }];
        if (client !== inUtc) await client.$disconnect();
        return row.TimeZone;
      });
      expect(await Promise.all(settings)).toEqual([zone, "UTC"]);
    });

    // Clocks skip the local time from 02:00 to 03:00 in spring, in Berlin on March 28 and in New York on March 14, and
    // repeat an hour in autumn. A date that was written in UTC must not be taken for such a local time.
    it.each(["2030-01-01T12:00Z", "2027-03-28T00:00Z", "2027-10-31T00:00Z", "2027-03-14T00:00Z"])(
      "lets sessions live exactly as long as they should on the day from %s on",
      async (day) => {
        for (let minutes = 0; minutes < 4 * 60; minutes += 15) {
          let now = new Date(Date.parse(day) + minutes * 60_000);
          const [ours, theirs] = [app, inUtc].map((client) => sessionsOf(client, () => now));
          const session = ours?.open();
          session?.set("n", 1);
          await session?.save();
          session?.set("n", 2);
          await session?.save();

          const isLive = async () => {
            const found = await Promise.all([ours, theirs].map((each) => each?.load(session?.sessionKey)));
            return found.map((each) => each?.get("n"));
          };
          now = new Date(now.getTime() + 1_799_999);
          expect(await isLive(), `until ${now.toISOString()}`).toEqual([2, 2]);
          expect(await theirs?.clearExpired()).toBe(0);
          now = new Date(now.getTime() + 1);
          expect(await isLive(), `at ${now.toISOString()}`).toEqual([undefined, undefined]);
          expect(await theirs?.clearExpired()).toBe(1);
        }
      },
    );

    it("lets clearExpired() over a connection in UTC delete exactly the expired rows", async () => {
      const at = Date.parse("2030-01-01");
      const ages = [-13, -9, -1, -1 / 3600, 0, 1 / 3600, 1, 9, 13];
      for (const age of ages) {
        const expires = new Date(at + age * 3_600_000);
        const session = sessionsOf(app, () => new Date(expires.getTime() - 1_800_000)).open();
        await session.save();
      }
      expect(await sessionsOf(inUtc, () => new Date(at)).clearExpired()).toBe(5);
      expect(await db.prisma.session.count()).toBe(4);
      expect(await sessionsOf(app, () => new Date(at + 3_600_000)).clearExpired()).toBe(2);
    });

    it("takes a row for expired that SQL let expire, and no other", async () => {
      const sessions = sessionsOf(app, () => new Date());
      const session = sessions.open();
      session.set("n", 1);
      await session.save();
      const expire = (by: string) => inUtc.$executeRawUnsafe(`UPDATE session SET expire_date = ${sqlNow} ${by}`);
      await expire("+ INTERVAL '1 minute'");
      expect((await sessions.load(session.sessionKey)).get("n")).toBe(1);
      const live = `SELECT count(*)::int AS rows FROM session WHERE expire_date > ${sqlNow}`;
      expect(await app.$queryRawUnsafe(live)).toEqual([{ rows: 1 }]);
      await expire("- INTERVAL '1 second'");
      expect((await sessions.load(session.sessionKey)).sessionKey).toBeNull();
      expect(await app.$queryRawUnsafe(live)).toEqual([{ rows: 0 }]);
      expect(await sessions.clearExpired()).toBe(1);
    });
  },
);
