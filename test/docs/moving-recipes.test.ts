import { execFile } from "node:child_process";
import { createHmac } from "node:crypto";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { promisify } from "node:util";
import { NextRequest, NextResponse } from "next/server.js";
import { type DbSession, memoryStore } from "prisma-db-session";
import { createNextSessions } from "prisma-db-session/next";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { adapters } from "../databases/adapters.ts";
import { databases } from "../databases/index.ts";
import { runSql } from "../databases/sql.ts";
import { sqlite } from "../databases/sqlite.ts";
import type { TestDatabase } from "../databases/types.ts";
import { skippedBecause } from "../skipped.ts";
import { SECRET, type ShopData } from "../support.ts";
import { codeBlocksOf, fileOf, root } from "./code-blocks.ts";

const run = promisify(execFile);
const folder = `${root}generated/moving-recipes`;
const OLD_SECRET = "the secret of the Express app";
const SID = "Qm7Zk0u2bX-_4rT9wLsV1aYc8dEfGhIj";
const HOUR = 3_600_000;
const HEADER = `generator client {
  provider = "prisma-client"
  output   = "client"
}

datasource db {
  provider = "sqlite"
}
`;

const recipe = (file: string) => import(/* @vite-ignore */ `${folder}/${file}`);

beforeAll(async () => {
  await rm(folder, { recursive: true, force: true });
  // Each test gives what the reader's own files export.
  const files: Record<string, string> = {
    "lib/prisma.ts": "",
    "lib/accounts.ts": "",
    "lib/session.ts": "",
    "lib/db-session.ts": "",
    "schema.prisma": HEADER,
  };
  for (const document of ["docs/from-express-session.md", "docs/from-authjs.md"]) {
    for (const { language, code } of await codeBlocksOf(document)) {
      if (language === "prisma") files["schema.prisma"] += code;
      else if (/^\/\/ (lib|proxy)/.test(code)) files[fileOf(code)] ||= code.replaceAll('"@/', `"${folder}/`);
    }
  }
  for (const [file, code] of Object.entries(files)) {
    await mkdir(dirname(`${folder}/${file}`), { recursive: true });
    await writeFile(`${folder}/${file}`, code);
  }
  await run(process.execPath, [`${root}scripts/prisma.mjs`, "generate", "--schema", "schema.prisma"], { cwd: folder });
});

beforeEach(() => {
  vi.resetModules();
  vi.stubEnv("EXPRESS_SESSION_SECRET", OLD_SECRET);
  return () => vi.unstubAllEnvs();
});

/** As cookie-signature signs, and as the package cookie writes it into a header. */
function expressCookie(sid: string, secret = OLD_SECRET) {
  const signature = createHmac("sha256", secret).update(sid).digest("base64").replace(/=+$/, "");
  return `connect.sid=${encodeURIComponent(`s:${sid}.${signature}`)}`;
}

/** As express-session gives it to a store. */
const expressData = (values: object) => ({
  cookie: { originalMaxAge: HOUR, expires: new Date(Date.now() + HOUR).toISOString(), httpOnly: true, path: "/" },
  ...values,
});

/** The app of the reader, with what its own modules export, and a browser's requests to its proxy. */
function appWith(prisma: unknown, { file, export: name }: { file: string; export: string }, isActive = true) {
  const sessions = createNextSessions<ShopData>({ store: memoryStore(), secret: SECRET });
  vi.doMock(`${folder}/lib/prisma.ts`, () => ({ prisma }));
  vi.doMock(`${folder}/lib/accounts.ts`, () => ({ isActive: async () => isActive }));
  vi.doMock(`${folder}/lib/session.ts`, () => sessions);
  vi.doMock(`${folder}/lib/db-session.ts`, () => sessions);
  vi.doMock("next/server", () => ({ NextResponse }));

  /** A request through the proxy, the session that its response leads to, and the cookies that it sets. */
  async function request(cookie: string) {
    const request = new NextRequest("http://localhost:3000/", { headers: { cookie } });
    const module = await recipe(file);
    let response = NextResponse.next();
    if (name === "proxy") response = await module.proxy(request);
    else await module[name](request, response);
    const session: DbSession<ShopData> = await sessions.load(
      (response.cookies.get("session") ?? response.cookies.get("__Host-session"))?.value,
    );
    return { session, setCookies: response.headers.getSetCookie() };
  }
  return { request, sessions };
}

const PROXY = { file: "proxy.js", export: "proxy" };
const AUTHJS = { file: "lib/move-auth-session.ts", export: "moveAuthSession" };

/** A store of express-session, as the rows of its table stand there. */
interface OldStore {
  readonly prisma: () => unknown;
  write(row: { sid: string; data: object; expires: Date }): Promise<void>;
  count(): Promise<number>;
  empty(): Promise<void>;
}

/** What both stores of express-session have in common. */
function movesSessionsOf(store: OldStore, file?: string) {
  beforeEach(async () => {
    await store.empty();
    // The recipe imports the file of prisma-session-store; for the other store, its reader writes the other name.
    if (file) vi.doMock(`${folder}/lib/old-session.ts`, () => recipe(file));
    return () => vi.doUnmock(`${folder}/lib/old-session.ts`);
  });
  const signedIn = { userId: 7, cart: ["tea"], isAdmin: true };
  const write = (data: object, expires = new Date(Date.now() + HOUR)) =>
    store.write({ sid: SID, data: expressData(data), expires });

  it("signs the user in, in a new session that has the named keys alone, and deletes the row and the cookie", async () => {
    await write(signedIn);
    const { request } = appWith(store.prisma(), PROXY);
    const { session, setCookies } = await request(expressCookie(SID));
    expect(session.toJSON()).toEqual({ userId: 7, cart: ["tea"] });
    expect(session.isFresh(60)).toBe(false); // the user has not proved the password
    expect(await store.count()).toBe(0);
    expect(setCookies).toContainEqual(expect.stringMatching(/^connect\.sid=;.*1970/));
  });

  it("signs in no locked or deleted account", async () => {
    await write(signedIn);
    const { request } = appWith(store.prisma(), PROXY, false);
    expect((await request(expressCookie(SID))).session.isEmpty()).toBe(true);
    expect(await store.count()).toBe(0);
  });

  it("signs in once: of two requests at the same time one, and none later", async () => {
    await write(signedIn);
    const { request } = appWith(store.prisma(), PROXY);
    const both = await Promise.all([request(expressCookie(SID)), request(expressCookie(SID))]);
    const later = await request(expressCookie(SID));
    expect(both.filter(({ session }) => session.has("userId"))).toHaveLength(1);
    expect(later.session.isEmpty()).toBe(true);
  });

  it.each([
    ["another secret", expressCookie(SID, "another secret of the Express app")],
    ["the signature of another id", expressCookie("another-id").replace("another-id", SID)],
    ["a shortened signature", expressCookie(SID).slice(0, -1)],
    ["a padded signature", `${expressCookie(SID)}%3D`],
    ["no signature", `connect.sid=s%3A${SID}`],
    ["an empty signature", `connect.sid=s%3A${SID}.`],
    ["another prefix", expressCookie(SID).replace("s%3A", "j%3A")],
  ])("refuses a cookie with %s, and leaves the row", async (_, cookie) => {
    await write(signedIn);
    const { request } = appWith(store.prisma(), PROXY);
    const { session, setCookies } = await request(cookie);
    expect(session.isEmpty()).toBe(true);
    expect(setCookies).toEqual([expect.stringMatching(/^connect\.sid=;/)]);
    expect(await store.count()).toBe(1);
  });

  it("refuses an expired row, and an id without a row", async () => {
    const { request } = appWith(store.prisma(), PROXY);
    expect((await request(expressCookie(SID))).session.isEmpty()).toBe(true);
    await write(signedIn, new Date(Date.now() - 1000));
    expect((await request(expressCookie(SID))).session.isEmpty()).toBe(true);
  });

  it("moves no anonymous session, and nothing of the wrong type", async () => {
    const { request } = appWith(store.prisma(), PROXY);
    await write({ cart: ["tea"] });
    expect((await request(expressCookie(SID))).session.isEmpty()).toBe(true);
    await write({ userId: "7", cart: ["tea"] });
    expect((await request(expressCookie(SID))).session.isEmpty()).toBe(true);
    await write({ userId: 7, cart: "tea" });
    expect((await request(expressCookie(SID))).session.toJSON()).toEqual({ userId: 7, cart: [] });
  });
}

/** What the recipes use of the client that was generated from the models of the guides. */
interface OldClient {
  readonly oldSession: {
    create(args: object): Promise<unknown>;
    count(): Promise<number>;
    deleteMany(): Promise<unknown>;
  };
  readonly oldAuthSession: {
    create(args: object): Promise<unknown>;
    count(): Promise<number>;
    deleteMany(): Promise<unknown>;
  };
  $disconnect(): Promise<void>;
}

/** A SQLite database with the tables that the migrations of the old apps have made. */
async function oldDatabase() {
  const database = await sqlite.create();
  const tables = [
    'DROP TABLE "session"',
    'CREATE TABLE "Session" ("id" TEXT NOT NULL PRIMARY KEY, "sid" TEXT NOT NULL, "data" TEXT NOT NULL, "expiresAt" DATETIME NOT NULL)',
    'CREATE UNIQUE INDEX "Session_sid_key" ON "Session"("sid")',
    'CREATE TABLE "sessions" ("sessionToken" TEXT NOT NULL, "userId" TEXT NOT NULL, "expires" DATETIME NOT NULL)',
    'CREATE UNIQUE INDEX "sessions_sessionToken_key" ON "sessions"("sessionToken")',
  ];
  await runSql(adapters.sqlite(database.url), tables);
  const { PrismaClient } = await recipe("client/client.ts");
  const prisma: OldClient = new PrismaClient({ adapter: adapters.sqlite(database.url) });
  const drop = async () => {
    await prisma.$disconnect();
    await database.drop();
  };
  return { prisma, drop };
}

describe("the recipes on SQLite", () => {
  let old: Awaited<ReturnType<typeof oldDatabase>>;
  beforeAll(async () => {
    old = await oldDatabase();
  });
  afterAll(() => old?.drop());

  describe("for prisma-session-store", () => {
    movesSessionsOf({
      prisma: () => old.prisma,
      async write({ sid, data, expires }) {
        const row = { id: `c${sid}`, sid, data: JSON.stringify(data), expiresAt: expires };
        await old.prisma.oldSession.create({ data: row });
      },
      count: () => old.prisma.oldSession.count(),
      async empty() {
        await old.prisma.oldSession.deleteMany();
      },
    });

    it("leaves a user who has signed in to the new app, and deletes the row all the same", async () => {
      const row = { id: "c1", sid: SID, data: JSON.stringify(expressData({ userId: 8 })) };
      await old.prisma.oldSession.create({ data: { ...row, expiresAt: new Date(Date.now() + HOUR) } });
      const { request, sessions } = appWith(old.prisma, PROXY);
      const session = sessions.open();
      await session.markAuthenticated({ userId: 7 });
      const { setCookies } = await request(`session=${session.sessionKey}; ${expressCookie(SID)}`);
      expect(setCookies).toEqual([expect.stringMatching(/^connect\.sid=;/)]);
      expect((await sessions.load(session.sessionKey)).get("userId")).toBe(7);
      expect(await old.prisma.oldSession.count()).toBe(0);
    });

    it("fails without the old secret, also if a cookie is signed with an empty one", async () => {
      vi.stubEnv("EXPRESS_SESSION_SECRET", "");
      const { request } = appWith(old.prisma, PROXY);
      await expect(request(expressCookie(SID, ""))).rejects.toThrow("EXPRESS_SESSION_SECRET is missing");
    });
  });

  describe("for Auth.js", () => {
    const write = (sessionToken: string, expires = new Date(Date.now() + HOUR)) =>
      // The ids of Auth.js are texts; the sessions of this test take any value.
      old.prisma.oldAuthSession.create({ data: { sessionToken, userId: "cm1user", expires } });

    it.each([
      ["development", "authjs.session-token"],
      ["production", "__Secure-authjs.session-token"],
    ])("in %s, moves the session of %s once", async (nodeEnv, name) => {
      await write("token-1");
      vi.stubEnv("NODE_ENV", nodeEnv);
      const { request } = appWith(old.prisma, AUTHJS);
      const { session, setCookies } = await request(`${name}=token-1`);
      expect(session.toJSON()).toEqual({ userId: "cm1user" });
      expect(session.isFresh(60)).toBe(false); // the user has not signed in just now
      const removal = setCookies.find((cookie) => cookie.startsWith(`${name}=;`));
      // Browsers ignore a Set-Cookie of such a name that is not Secure.
      expect(removal?.includes("Secure;") || removal?.endsWith("Secure")).toBe(name.startsWith("__Secure-"));
      expect(await old.prisma.oldAuthSession.count()).toBe(0);
      expect((await request(`${name}=token-1`)).session.isEmpty()).toBe(true);
    });

    it("in production, takes no cookie that a page on http could have set", async () => {
      await write("token-1");
      vi.stubEnv("NODE_ENV", "production");
      const { request } = appWith(old.prisma, AUTHJS);
      expect((await request("authjs.session-token=token-1")).session.isEmpty()).toBe(true);
      expect(await old.prisma.oldAuthSession.count()).toBe(1);
      await old.prisma.oldAuthSession.deleteMany();
    });

    it("signs in no locked or deleted account", async () => {
      await write("token-1");
      const { request } = appWith(old.prisma, AUTHJS, false);
      expect((await request("authjs.session-token=token-1")).session.isEmpty()).toBe(true);
      expect(await old.prisma.oldAuthSession.count()).toBe(0);
    });

    it("refuses an expired row, an unknown token and an empty one", async () => {
      await write("token-2", new Date(Date.now() - 1000));
      const { request } = appWith(old.prisma, AUTHJS);
      for (const token of ["token-2", "token-3", ""])
        expect((await request(`authjs.session-token=${token}`)).session.isEmpty()).toBe(true);
    });
  });
});

const postgresql = databases.find(({ name }) => name === "PostgreSQL");
describe.skipIf(postgresql?.skipReason)(
  `the recipe for connect-pg-simple${skippedBecause(postgresql?.skipReason)}`,
  () => {
    let database: TestDatabase;
    let prisma: TestDatabase["prisma"];
    beforeAll(async () => {
      database = (await postgresql?.create()) as TestDatabase;
      // Not UTC: connect-pg-simple writes the local time of its connection.
      const statements = [
        'DROP TABLE "session"',
        'CREATE TABLE "session" ("sid" varchar NOT NULL COLLATE "default", "sess" json NOT NULL, "expire" timestamp(6) NOT NULL, PRIMARY KEY ("sid"))',
        `ALTER DATABASE ${new URL(database.url).pathname.slice(1)} SET timezone TO 'Asia/Tokyo'`,
      ];
      await runSql(adapters.postgresql(database.url), statements);
      prisma = await database.connect();
    });
    afterAll(() => database?.drop());

    movesSessionsOf(
      {
        prisma: () => prisma,
        async write({ sid, data, expires }) {
          const seconds = Math.ceil(expires.getTime() / 1000);
          await prisma.$executeRaw`INSERT INTO "session" (sess, expire, sid) SELECT ${JSON.stringify(data)}::json, to_timestamp(${seconds}), ${sid}`;
        },
        async count() {
          const [row] = await prisma.$queryRaw<{ n: number }[]>`SELECT count(*)::int AS n FROM "session"`;
          return row?.n ?? 0;
        },
        async empty() {
          await prisma.$executeRaw`DELETE FROM "session"`;
        },
      },
      "lib/old-pg-session.ts",
    );
  },
);
