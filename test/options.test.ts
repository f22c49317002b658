import { createHmac, hkdfSync } from "node:crypto";
import { PrismaLibSql } from "@prisma/adapter-libsql";
import * as devalue from "devalue";
import { type CookieOptions, createSessions, memoryStore, type SessionsOptions } from "prisma-db-session";
import superjson from "superjson";
import { describe, expect, it } from "vitest";
import { PrismaClient as WrongClient } from "../generated/wrong-columns/client.ts";
import { describeEachPrisma7Database } from "./databases/index.ts";
import { memorySessions, SECRET, storedKey, TWO_WEEKS } from "./support.ts";

const store = memoryStore();

function expectConfigError(options: unknown, message: RegExp) {
  expect(() => createSessions(options as SessionsOptions)).toThrow(
    expect.objectContaining({ code: "SESSION_CONFIG", name: "ConfigError", message: expect.stringMatching(message) }),
  );
}

describe("the secret", () => {
  it.each([undefined, "", [], [""], null])(
    "that is missing (%j) is a ConfigError that says how to make one",
    (secret) => {
      expectConfigError({ store, secret }, /`secret` is missing\. Make one with `openssl rand -base64 32`/);
    },
  );

  it("may be followed by one that is not set", () => {
    expect(() => createSessions({ store, secret: [SECRET, undefined] })).not.toThrow();
    expectConfigError({ store, secret: [undefined, SECRET] }, /`secret` is missing/);
  });

  it.each(["x".repeat(31), [SECRET, "short"], [1], 12345, {}, true])(
    "that is short (%j) is a ConfigError",
    (secret) => {
      expectConfigError({ store, secret }, /`secret` must be a string of at least 32 characters\. Make one/);
    },
  );

  it("is never in the message", () => {
    expect(() => createSessions({ store, secret: "my-own-but-short" })).not.toThrow(/my-own/);
  });

  it("is not used itself: HKDF derives a key of its own for each purpose", async () => {
    const store = memoryStore();
    const session = memorySessions({ store }).sessions.open();
    session.set("userId", 7);
    await session.save();
    const rowKey = storedKey(session.sessionKey);
    const data = String((await store.find(rowKey))?.data);
    const [, signature, ...text] = data.split(".");
    const key = Buffer.from(hkdfSync("sha256", SECRET, "", "prisma-db-session signedJson v1", 32));
    const signed = `v1.${rowKey.length}.${rowKey}.${text.join(".")}`;
    expect(signature).toBe(createHmac("sha256", key).update(signed).digest("hex"));
  });

  it("of 32 characters is enough", () => {
    expect(() => createSessions({ store, secret: "x".repeat(32) })).not.toThrow();
  });
});

describe("the model", () => {
  it("that is missing is a ConfigError that says what to pass", () => {
    expectConfigError(
      { model: undefined, secret: SECRET },
      /`model` is missing\. Pass the model .* run `prisma generate`/,
    );
  });

  it("beside a store is a ConfigError", () => {
    expectConfigError({ model: {}, store, secret: SECRET }, /either `model` or `store`, not both/);
  });

  it.each([
    [{}, /`model` must be a Prisma model, but it has no findUnique/],
    [{ session: {} }, /`model` must be a Prisma model, but it has no findUnique/],
    ["session", /`model` must be a Prisma model, but it is a string\. Pass `prisma\.session`/],
    [7, /`model` must be a Prisma model, but it is a number/],
  ])("that is not a Prisma model is a ConfigError", (model, message) => {
    expectConfigError({ model, secret: SECRET }, message);
  });
});

describe.each(["model", "store"] as const)("%s as a function", (name) => {
  /** Functions that look like a Prisma model, on the memory store. `checks` counts how often a model is checked. */
  function source() {
    const table = memoryStore();
    let checks = 0;
    const statements = {
      findUnique: ({ where }: { where: { key: string } }) => table.find(where.key),
      createMany: async ({ data }: { data: Parameters<typeof table.insert>[0] }) => ({
        count: Number(await table.insert(data)),
      }),
      findMany: async () => [],
      updateMany: async () => ({ count: 1 }),
      deleteMany: async () => ({ count: 0 }),
    };
    const fields = { key: "String", data: "String", expireDate: "DateTime" };
    const model = {
      ...statements,
      get fields() {
        checks++;
        return Object.fromEntries(Object.entries(fields).map(([column, typeName]) => [column, { typeName }]));
      },
    };
    let calls = 0;
    const given = () => {
      calls++;
      return name === "model" ? model : table;
    };
    const options = { [name]: given, secret: SECRET } as unknown as SessionsOptions;
    const { open, load, list, revoke, clearExpired, check } = createSessions(options);
    const called = async (work: () => unknown) => {
      calls = 0;
      await work();
      return calls;
    };
    return { open, load, list, revoke, clearExpired, check, called, checks: () => checks };
  }

  it("is called once for each session object, and once for each list, revoke, clearExpired and check", async () => {
    const { open, load, list, revoke, clearExpired, check, called } = source();
    expect(await called(() => {}), "not before it is needed").toBe(0);
    let session = open();
    expect(await called(() => (session = open()))).toBe(1);
    expect(await called(() => session.save())).toBe(0);
    expect(await called(() => session.cycleKey())).toBe(0);
    expect(await called(() => load(session.sessionKey))).toBe(1);
    expect(await called(() => list({}))).toBe(1);
    expect(await called(() => revoke({}))).toBe(1);
    expect(await called(() => clearExpired())).toBe(1);
    expect(await called(() => check())).toBe(1);
  });

  it("has what it returns checked once, however often it returns it", async () => {
    const { open, checks } = source();
    open();
    const before = checks();
    for (let i = 0; i < 10; i++) await open().save();
    expect(checks()).toBe(before);
  });

  it.each<[string, () => unknown, string]>([
    ["nothing", () => undefined, "returned nothing. It must be synchronous"],
    ["null", () => null, "returned nothing. It must be synchronous"],
    ["a promise", async () => memoryStore(), "returned a promise. It must be synchronous"],
    ["a text", () => "session", "returned a string. It must be synchronous"],
    ["an object of another kind", () => ({}), "find"],
  ])("that returns %s is a clear ConfigError at the first use", async (_, given, message) => {
    const sessions = createSessions({ [name]: given, secret: SECRET } as unknown as SessionsOptions);
    const error = { code: "SESSION_CONFIG", message: expect.stringContaining(message) };
    expect(() => sessions.open()).toThrow(expect.objectContaining(error));
    const calls = [sessions.load(), sessions.clearExpired(), sessions.list({}), sessions.revoke({}), sessions.check()];
    for (const work of calls) {
      await expect(work).rejects.toMatchObject(error);
    }
  });
});

describe("a model with wrong columns", () => {
  const client = new WrongClient({ adapter: new PrismaLibSql({ url: ":memory:" }) });

  it.each([
    ["lacks the date", client.sessionWithoutDate, /must have a field `expireDate DateTime`, but it is missing\. Copy/],
    ["lacks the data", client.sessionWithoutData, /must have a field `data String`, but it is missing/],
    ["calls the key otherwise", client.sessionWithAnotherKey, /must have a field `key String`, but it is missing/],
    ["has data of another type", client.sessionWithWrongType, /must have a field `data String`, but its type is Int/],
  ])("that %s is a ConfigError before any query, also without TypeScript", (_, model, message) => {
    expectConfigError({ model, secret: SECRET }, message);
  });

  it("that has more columns, which may be null, does", () => {
    expect(() => createSessions({ model: client.sessionWithExtraColumns, secret: SECRET })).not.toThrow();
  });
});

describeEachPrisma7Database("The model", (db, database) => {
  it("that is the client itself is a ConfigError", () => {
    expectConfigError({ model: db().prisma, secret: SECRET }, /not the client/);
  });

  it("of an extended client, and of a transaction, does", async () => {
    const { prisma } = db();
    const extended = prisma.$extends({ query: { session: { findUnique: ({ args, query }) => query(args) } } });
    const session = createSessions({ model: extended.session, secret: SECRET }).open();
    session.set("userId", 7);
    await session.save();
    const seen = await prisma.$transaction(async (transaction) => {
      return createSessions({ model: transaction.session, secret: SECRET }).load(session.sessionKey);
    });
    expect(seen.get("userId")).toBe(7);
  });

  it("a transaction of the user's own that is rolled back takes the save with it", async () => {
    const { prisma } = db();
    const sessions = createSessions({ model: prisma.session, secret: SECRET });
    const session = sessions.open();
    session.set("userId", 7);
    await session.save();
    const rollback = new Error("rollback");
    const work = prisma.$transaction(async (transaction) => {
      const inside = await createSessions({ model: transaction.session, secret: SECRET }).load(session.sessionKey);
      inside.set("userId", 8);
      await inside.save();
      throw rollback;
    });
    await expect(work).rejects.toBe(rollback);
    expect((await sessions.load(session.sessionKey)).get("userId")).toBe(7);
  });

  it("of a table that is not there: every call rejects with a ConfigError that says which command to run", async () => {
    const { prisma } = db();
    const events: string[] = [];
    const sessions = createSessions({
      model: prisma.session,
      secret: SECRET,
      onEvent: ({ type }) => events.push(type),
    });
    const session = sessions.open();
    await session.save();
    await prisma.$executeRawUnsafe("ALTER TABLE session RENAME TO session_away");
    try {
      const noTable = { code: "SESSION_CONFIG", message: expect.stringMatching(/Run `npx prisma migrate dev`/) };
      session.set("userId", 7);
      await expect(sessions.load(session.sessionKey)).rejects.toMatchObject(noTable);
      for (const call of ["save", "cycleKey", "create", "destroy", "flush"] as const) {
        await expect(session[call](), call).rejects.toMatchObject(noTable);
      }
      await expect(session.exists("a".repeat(32))).rejects.toMatchObject(noTable);
      await expect(sessions.clearExpired()).rejects.toMatchObject(noTable);
    } finally {
      await prisma.$executeRawUnsafe("ALTER TABLE session_away RENAME TO session");
    }
    expect(events).toEqual(["created"]);
    await session.save();
    expect((await sessions.load(session.sessionKey)).get("userId")).toBe(7);
  });

  it("of a transaction: what another request did meanwhile is merged, or said to be out of sight", async () => {
    const { prisma, connect } = db();
    const theirs = createSessions({ model: (await connect()).session, secret: SECRET });
    const session = theirs.open();
    await session.save();
    const save = prisma.$transaction(async (transaction) => {
      const inside = await createSessions({ model: transaction.session, secret: SECRET }).load(session.sessionKey);
      session.set("note", "theirs");
      if (database.name !== "SQLite") await session.save(); // SQLite lets nobody write beside a transaction
      inside.set("userId", 7);
      await inside.save();
    });
    if (database.name === "MariaDB") {
      await expect(save).rejects.toMatchObject({
        code: "SESSION_CONFLICT",
        message: expect.stringContaining("READ COMMITTED"),
      });
    } else {
      await save;
      const expected = database.name === "SQLite" ? { userId: 7 } : { userId: 7, note: "theirs" };
      expect((await theirs.load(session.sessionKey)).toJSON()).toEqual(expected);
    }
  });
});

describe("the cookie", () => {
  const impossible: [string, CookieOptions, RegExp][] = [
    [
      "__Host- with a domain",
      { name: "__Host-s", secure: true, domain: "example.com" },
      /`__Host-` cookie with a domain/,
    ],
    [
      "__Host- with a path",
      { name: "__Host-s", secure: true, path: "/app" },
      /`__Host-` cookie with a domain or a path/,
    ],
    ["__Host- without Secure", { name: "__Host-s", secure: false }, /name `__Host-s` without `secure: true`/],
    ["__Secure- without Secure", { name: "__secure-s", secure: false }, /without `secure: true`/],
    ["SameSite=None without Secure", { sameSite: "none", secure: false }, /`sameSite: "none"` without/],
    ["Partitioned without Secure", { partitioned: true, secure: false }, /`partitioned` without/],
    ["a name with a separator", { name: "a;b" }, /`name` must/],
    ["an empty name", { name: "" }, /`name` must/],
    ["a path that starts nowhere", { path: "app" }, /begin with `\/`/],
    ["a path with another attribute in it", { path: "/; Domain=evil.example" }, /no `;`/],
    ["a domain that is an address", { domain: "https://example.com" }, /`domain` must/],
    ["a domain with a port", { domain: "example.com:3000" }, /`domain` must/],
    ["__Http- without Secure", { name: "__Http-s", secure: false }, /without `secure: true`/],
    ["__Host-Http- with a domain", { name: "__Host-Http-s", secure: true, domain: "example.com" }, /with a domain/],
    ["__Host-Http- with a path", { name: "__host-http-s", secure: true, path: "/app" }, /or a path/],
    ["__Host-Http- without Secure", { name: "__Host-Http-s", secure: false }, /without `secure: true`/],
    ["a name that ends in a line break", { name: "sid\n" }, /`name` must/],
    ["a path that is too long", { path: `/${"a".repeat(1024)}` }, /at most 1024/],
    ["a path with a line break", { path: "/\nSet-Cookie: a=b" }, /`path` must/],
    ["a path that is none", { path: 5 as unknown as string }, /`path` must/],
    ["a domain that is too long", { domain: Array(5).fill("a".repeat(50)).join(".") }, /`domain` must/],
    ["an empty domain", { domain: "" }, /`domain` must/],
    ["Partitioned that is no boolean", { partitioned: "yes" as unknown as true, secure: true }, /true or false/],
    ["a name that is too long", { name: "s".repeat(257) }, /at most 256/],
    ["a domain with another attribute in it", { domain: "a.example; Secure" }, /`domain` must/],
    ["an unknown SameSite", { sameSite: "Lax" as "lax" }, /"strict", "lax" or "none"/],
    ["an unknown priority", { priority: "urgent" as "high" }, /"low", "medium" or "high"/],
    ["one that scripts can read", { httpOnly: false } as CookieOptions, /always HttpOnly/],
  ];

  it.each(impossible)("%s is a ConfigError", (_, cookie, message) => {
    expectConfigError({ store, secret: SECRET, cookie }, message);
    expectConfigError({ store, secret: SECRET, cookie }, /^The option `cookie` is invalid\. /);
  });

  it.each<[string, CookieOptions]>([
    ["__Secure- with a domain", { name: "__Secure-s", secure: true, domain: "example.com", path: "/app" }],
    ["SameSite=None with Secure", { sameSite: "none", secure: true, partitioned: true, priority: "high" }],
    ["a plain name without Secure", { name: "sid", secure: false }],
  ])("%s is possible", (_, cookie) => {
    expect(() => createSessions({ store, secret: SECRET, cookie })).not.toThrow();
  });
});

describe("other options", () => {
  it.each(["maxAge", "absoluteMaxAge", "refreshAfter"])("%s must be seconds above 0, and at most 400 days", (name) => {
    for (const value of [0, -1, Number.NaN, Number.POSITIVE_INFINITY, "60"]) {
      expectConfigError(
        { store, secret: SECRET, [name]: value },
        new RegExp(`\`${name}\` must be a positive number of seconds`),
      );
    }
    const options = { store, secret: SECRET, maxAge: 34_560_000 };
    const given = name === "refreshAfter" ? 34_559_999 : 34_560_000;
    expect(() => createSessions({ ...options, [name]: given })).not.toThrow();
    for (const value of [34_560_001, 1000 * 60 * 60 * 24 * 14]) {
      expectConfigError(
        { ...options, [name]: value },
        new RegExp(`\`${name}\` must be at most 34560000 seconds \\(400 days\\).*Did you mean milliseconds`),
      );
    }
  });

  it.each([
    ["maxage", { maxage: 60 }, /`maxage` is an unknown option\. Did you mean `maxAge`\?/],
    ["max_age", { max_age: 60 }, /`max_age` is an unknown option\. Did you mean `maxAge`\?/],
    ["ttl", { ttl: 60 }, /`ttl` is an unknown option\. Remove it, or correct it to one of .*`maxAge`/],
    ["of cookie", { cookie: { samesite: "lax" } }, /`cookie\.samesite` is .*Did you mean `cookie\.sameSite`\?/],
    ["of cookie", { cookie: { maxAge: 60 } }, /`cookie\.maxAge` is .*one of `name`, `domain`, `path`/],
    ["of maxPerOwner", { maxPerOwner: { column: "userId", maximum: 5 } }, /`maxPerOwner\.maximum` is .*`max`/],
  ])("an unknown name (%s) is a ConfigError that helps", (_, options, message) => {
    expectConfigError({ store, secret: SECRET, ...options }, message);
  });

  it("names of the other entries are accepted, so that one object can be shared", () => {
    const shared = { store, secret: SECRET, onInterrupted: "/sign-in" };
    expect(() => createSessions(shared)).not.toThrow();
  });

  it("refreshAfter must be shorter than maxAge", () => {
    for (const options of [{ maxAge: 60, refreshAfter: 60 }, { refreshAfter: TWO_WEEKS }]) {
      expectConfigError({ store, secret: SECRET, ...options }, /`refreshAfter` must be shorter than `maxAge`/);
    }
  });

  it("onConflict must be one of its values", () => {
    expectConfigError({ store, secret: SECRET, onConflict: "ignore" }, /"merge", "overwrite" or "error"/);
  });

  it("randomKey must give possible keys; nothing is written under another", async () => {
    const { sessions } = memorySessions({ randomKey: () => "Not A Key" });
    await expect(sessions.open().save()).rejects.toMatchObject({ code: "SESSION_CONFIG" });
  });

  it.each([
    ["codec", { codec: {} }, /`codec` must have `encode`, `decode`\./],
    ["serializer", { serializer: { stringify: JSON.stringify } }, /`serializer` must have `parse`\./],
    ["store", { store: { find() {} } }, /`store` must have `insert`, `update`/],
    ["now", { now: 5 }, /`now` must be a function/],
    ["randomKey", { randomKey: "key" }, /`randomKey` must be a function/],
    ["onEvent", { onEvent: true }, /`onEvent` must be a function/],
    ["cookie.secure", { cookie: { secure: "no" } }, /`secure` must be true or false/],
  ])("%s of the wrong form is a ConfigError at once", (_, options, message) => {
    expectConfigError({ store, secret: SECRET, ...options }, message);
  });

  it.each([
    ["superjson", superjson],
    ["devalue", devalue],
  ])("%s fits as a serializer", async (_, serializer) => {
    const { sessions } = memorySessions({ serializer });
    const session = sessions.open();
    const note = { at: new Date(5), tags: new Set(["tea"]), big: 7n, nothing: undefined };
    session.set("note", note);
    session.setExpiry(60);
    session.flash("notice", new Date(6));
    await session.save();
    const [one, two] = [await sessions.load(session.sessionKey), await sessions.load(session.sessionKey)];
    expect(one.toJSON()).toEqual({ note });
    one.set("userId", 7);
    (two.get("note") as typeof note).tags.add("milk");
    await one.save();
    await two.save();
    const last = await sessions.load(session.sessionKey);
    expect(last.toJSON()).toEqual({ userId: 7, note: { ...note, tags: new Set(["tea", "milk"]) } });
    expect([last.getExpiryAge(), last.flash("notice")]).toEqual([60, new Date(6)]);
  });

  it("a serializer of one's own decides what can be stored", async () => {
    const serializer = {
      stringify: (value: unknown) =>
        JSON.stringify(value, function (this: Record<string, unknown>, key, shown) {
          return this[key] instanceof Date ? { $date: (this[key] as Date).getTime() } : shown;
        }),
      parse: (text: string) =>
        JSON.parse(text, (_, value) => (value?.$date === undefined ? value : new Date(value.$date))),
    };
    const { sessions } = memorySessions({ serializer });
    const session = sessions.open();
    session.set("note", new Date(0));
    await session.save();
    const loaded = await sessions.load(session.sessionKey);
    expect(loaded.get("note")).toEqual(new Date(0));
    loaded.set("note", new Date(1));
    await loaded.save();
    expect((await sessions.load(session.sessionKey)).get("note")).toEqual(new Date(1));
  });

  it("what a serializer of one's own refuses, or makes no text of, is a SerializationError with its cause", async () => {
    const cause = new Error("no bigints here");
    const stringify = (value: unknown) => {
      if (typeof value === "bigint" || Object.hasOwn(Object(value), "__proto__")) throw cause;
      return JSON.stringify(value);
    };
    const { sessions } = memorySessions({ serializer: { stringify, parse: JSON.parse } });
    const session = sessions.open();
    session.set("note", 1n);
    await expect(session.save()).rejects.toMatchObject({ code: "SESSION_SERIALIZATION", path: "note", cause });
    session.delete("note");
    session.set("__proto__", 1);
    await expect(session.save()).rejects.toMatchObject({ code: "SESSION_SERIALIZATION", path: "__proto__" });
    session.delete("__proto__");
    session.set("note", undefined);
    await expect(session.save()).rejects.toMatchObject({ code: "SESSION_SERIALIZATION", path: "note" });
    expect(session.sessionKey).toBeNull();
  });
});
