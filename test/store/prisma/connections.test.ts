// Settings of connections that apps have, and under which sessions must work as they do otherwise.
import { PrismaLibSql } from "@prisma/adapter-libsql";
import { PrismaMariaDb } from "@prisma/adapter-mariadb";
import { PrismaPg } from "@prisma/adapter-pg";
import type { SqlDriverAdapterFactory } from "@prisma/driver-adapter-utils";
import { createSessions } from "prisma-db-session";
import { afterEach, describe, expect, it, onTestFinished } from "vitest";
import { describeEachPrisma7OwnedDatabase, type TestDatabase } from "../../databases/index.ts";
import { ownedTable } from "../../databases/table.ts";
import type { OwnedTestClient, Provider } from "../../databases/types.ts";
import { SECRET, type ShopData } from "../../support.ts";

interface Settings {
  /** The most connections at once. */
  readonly max?: number;
  /** Statements for each new connection. */
  readonly sql?: readonly string[];
}

/** Of PostgreSQL, a setting is an option of the connection: `-c name=value`. */
const adapters: Record<Provider, (url: string, settings: Settings) => SqlDriverAdapterFactory> = {
  sqlite: (url) => new PrismaLibSql({ url, timeout: 5000 }),
  postgresql: (connectionString, { max, sql = [] }) =>
    new PrismaPg({
      connectionString,
      ...(max && { max }),
      ...(sql.length > 0 && { options: sql.map((setting) => `-c ${setting.replaceAll(" ", "\\ ")}`).join(" ") }),
    }),
  mysql: (url, { max, sql }) => {
    const { hostname: host, port, username: user, password, pathname } = new URL(url);
    return new PrismaMariaDb({
      host,
      port: Number(port),
      user: decodeURIComponent(user),
      password: decodeURIComponent(password),
      database: pathname.slice(1),
      ...(max && { connectionLimit: max }),
      ...(sql && { initSql: [...sql] }),
    });
  },
};

describeEachPrisma7OwnedDatabase("Sessions over connections", (db, { provider }) => {
  async function sessionsOver(settings: Settings, now?: () => Date) {
    const { prisma } = await connect(db(), provider, settings);
    const sessions = createSessions<ShopData, typeof prisma.session>({
      model: prisma.session,
      secret: SECRET,
      columns: ({ userId }) => ({ userId: userId ?? null, address: null, userAgent: null }),
      maxPerOwner: { column: "userId", max: 2 },
      ...(now && { now }),
    });
    return { prisma, sessions };
  }

  /**
   * Twelve saves at once of three processes, as it were, a rotation, sign-ins beyond the limit, a
   * revocation and a sign-out.
   */
  async function live(settings: Settings) {
    const instances = await Promise.all([1, 2, 3].map(() => sessionsOver(settings)));
    const sessionsAt = (i: number) => (instances[i % 3] as (typeof instances)[number]).sessions;
    const sessions = sessionsAt(0);
    const session = sessions.open();
    await session.save();
    const keys = Array.from({ length: 12 }, (_, i) => `key${i}`);
    const others = await Promise.all(keys.map((_, i) => sessionsAt(i).load(session.sessionKey)));
    await Promise.all(
      others.map((other, i) => {
        other.set(`key${i}`, i);
        return other.save();
      }),
    );
    await session.cycleKey();
    expect(Object.keys((await sessions.load(session.sessionKey)).toJSON()).toSorted()).toEqual(keys.toSorted());

    const signedIn = Array.from({ length: 4 }, (_, i) => sessionsAt(i).open());
    await Promise.all(signedIn.map((each) => each.markAuthenticated({ userId: 7 })));
    expect(await sessions.list({ userId: 7 })).toHaveLength(2);
    expect(await sessions.revoke({ userId: 7 })).toBe(2);
    await session.flush();
    expect(await sessions.list({})).toEqual([]);
  }

  it("of a pool of one connection", async ({ skip }) => {
    skip(provider === "sqlite", "libsql has no pool");
    await live({ max: 1 });
  });

  it("whose transactions are repeatable read or serializable by default", async ({ skip }) => {
    skip(provider === "sqlite", "SQLite is always serializable");
    for (const level of ["repeatable read", "serializable"]) {
      const forMysql = `SET SESSION TRANSACTION ISOLATION LEVEL ${level}`;
      const settings = { sql: [provider === "mysql" ? forMysql : `default_transaction_isolation=${level}`] };
      expect(await isolationOf((await sessionsOver(settings)).prisma, provider)).toBe(level);
      await live(settings);
    }
  });

  describe("and time zones", () => {
    const { TZ } = process.env;
    afterEach(() => {
      if (TZ === undefined) delete process.env.TZ;
      else process.env.TZ = TZ;
    });

    /** Around both ends of summer time in Berlin, and an hour that does not exist there. */
    const MOMENTS = ["2027-03-28T00:30:00.123Z", "2027-03-28T01:30Z", "2027-10-31T00:30Z", "2027-10-31T01:30Z"];
    it.each(["UTC", "Europe/Berlin", "America/New_York"])(
      "of the process, %s: an expiry comes back as it was, and ends the session at that moment",
      async (zone) => {
        process.env.TZ = zone;
        expect(new Date(2027, 6, 1).getTimezoneOffset()).toBe({ UTC: 0, "Europe/Berlin": -120 }[zone] ?? 240);
        await keepsMoments({});
      },
    );

    it("of the connection on MySQL and MariaDB", async ({ skip }) => {
      skip(provider !== "mysql", "time-zones.test.ts has PostgreSQL, and SQLite has no time zones");
      for (const zone of ["+09:00", "-05:00"]) await keepsMoments({ sql: [`SET time_zone = '${zone}'`] });
    });

    async function keepsMoments(settings: Settings) {
      for (const moment of MOMENTS) {
        const end = new Date(moment);
        let now = new Date(end.getTime() - 1_800_000);
        const { sessions, prisma } = await sessionsOver(settings, () => now);
        const session = sessions.open();
        session.setExpiry(end);
        await session.save();
        expect((await prisma.session.findFirstOrThrow()).expireDate).toEqual(end);
        now = new Date(end.getTime() - 1);
        expect(await sessions.clearExpired()).toBe(0);
        expect((await sessions.load(session.sessionKey)).sessionKey).toBe(session.sessionKey);
        now = end;
        expect((await sessions.load(session.sessionKey)).sessionKey).toBeNull();
        expect(await sessions.clearExpired()).toBe(1);
      }
    }
  });

  it("takes a setting for each connection, as the docs give it for Galera", async ({ skip }) => {
    skip(provider !== "mysql", "only MySQL and MariaDB have Galera");
    const { prisma } = await sessionsOver({ sql: ["SET SESSION wsrep_sync_wait = 7"] });
    const rows = await prisma.$queryRawUnsafe("SELECT CAST(@@SESSION.wsrep_sync_wait AS CHAR) AS wait");
    expect(rows).toEqual([{ wait: "7" }]);
  });
});

async function connect(
  { url }: TestDatabase<OwnedTestClient>,
  provider: Provider,
  settings: Settings,
): Promise<{ prisma: OwnedTestClient }> {
  const Client = await ownedTable.client(provider);
  const prisma = new Client({ adapter: adapters[provider](url, settings), log: [{ emit: "event", level: "query" }] });
  onTestFinished(() => prisma.$disconnect());
  return { prisma };
}

async function isolationOf(prisma: OwnedTestClient, provider: Provider): Promise<string> {
  const statement =
    provider === "mysql"
      ? "SELECT @@tx_isolation AS level"
      : "SELECT current_setting('transaction_isolation') AS level";
  const [row] = (await prisma.$queryRawUnsafe(statement)) as [{ level: string }];
  return row.level.toLowerCase().replace("-", " ");
}
