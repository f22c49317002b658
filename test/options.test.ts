import { type CookieOptions, createSessions, memoryStore, type SessionsOptions } from "prisma-db-session";
import { describe, expect, it } from "vitest";
import { describeEachDatabase } from "./databases/index.ts";
import { memorySessions, SECRET } from "./support.ts";

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
      expectConfigError({ store, secret }, /secret is missing\. Make one with `openssl rand -base64 32`/);
    },
  );

  it.each(["x".repeat(31), [SECRET, "short"], [1]])("that is short (%j) is a ConfigError", (secret) => {
    expectConfigError({ store, secret }, /shorter than 32 characters\. Make one/);
  });

  it("is never in the message", () => {
    expect(() => createSessions({ store, secret: "my-own-but-short" })).not.toThrow(/my-own/);
  });

  it("of 32 characters is enough", () => {
    expect(() => createSessions({ store, secret: "x".repeat(32) })).not.toThrow();
  });
});

describe("the model", () => {
  it("that is missing is a ConfigError that says what to pass", () => {
    expectConfigError(
      { model: undefined, secret: SECRET },
      /model is missing\. Pass the model .* run `prisma generate`/,
    );
  });

  it("beside a store is a ConfigError", () => {
    expectConfigError({ model: {}, store, secret: SECRET }, /both given\. Give one/);
  });

  it.each([{}, { session: {} }, "session", 7])("that is none is a ConfigError", (model) => {
    expectConfigError({ model, secret: SECRET }, /is not a Prisma model \(it has no findUnique/);
  });
});

describeEachDatabase("The model", (db) => {
  it("that is the client itself is a ConfigError", () => {
    expectConfigError({ model: db().prisma, secret: SECRET }, /not the client/);
  });

  it("with wrong columns is a ConfigError before any query, also without TypeScript", () => {
    const { session } = db().prisma;
    const lacking = Object.create(session, {
      fields: { value: { key: session.fields.key, data: session.fields.data } },
    });
    expectConfigError(
      { model: lacking, secret: SECRET },
      /needs a field `expireDate DateTime`, but it is missing\. Copy/,
    );
    const other = Object.create(session, { fields: { value: { ...session.fields, data: { typeName: "Int" } } } });
    expectConfigError({ model: other, secret: SECRET }, /needs a field `data String`, but it is a Int/);
    expect(db().queries).toEqual([]);
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

  it("of a table that is not there: the database's error reaches the caller as it is", async () => {
    const { prisma } = db();
    const failing = { ...memoryStore(), find: () => prisma.$queryRawUnsafe<never>("SELECT * FROM no_such_table") };
    const { sessions } = memorySessions({ store: failing });
    await expect(sessions.load("a".repeat(32))).rejects.toMatchObject({ name: "PrismaClientKnownRequestError" });
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
    ["__Host- without Secure", { name: "__Host-s", secure: false }, /named __Host-s without `secure: true`/],
    ["__Secure- without Secure", { name: "__secure-s", secure: false }, /without `secure: true`/],
    ["SameSite=None without Secure", { sameSite: "none", secure: false }, /`sameSite: "none"` without/],
    ["Partitioned without Secure", { partitioned: true, secure: false }, /`partitioned` without/],
    ["a name with a separator", { name: "a;b" }, /Give a name/],
    ["an empty name", { name: "" }, /Give a name/],
    ["a path that starts nowhere", { path: "app" }, /begins with `\/`/],
    ["a path with another attribute in it", { path: "/; Domain=evil.example" }, /has no `;`/],
    ["a domain that is an address", { domain: "https://example.com" }, /Give a domain/],
    ["a domain with a port", { domain: "example.com:3000" }, /Give a domain/],
    ["__Http- without Secure", { name: "__Http-s", secure: false }, /without `secure: true`/],
    ["a name that is too long", { name: "s".repeat(257) }, /at most 256/],
    ["a domain with another attribute in it", { domain: "a.example; Secure" }, /Give a domain/],
    ["an unknown SameSite", { sameSite: "Lax" as "lax" }, /"strict", "lax" or "none"/],
    ["an unknown priority", { priority: "urgent" as "high" }, /"low", "medium" or "high"/],
    ["one that scripts can read", { httpOnly: false } as CookieOptions, /always HttpOnly/],
  ];

  it.each(impossible)("%s is a ConfigError", (_, cookie, message) => {
    expectConfigError({ store, secret: SECRET, cookie }, message);
    expectConfigError({ store, secret: SECRET, cookie }, /^Impossible cookie options\. /);
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
  it.each(["maxAge", "absoluteMaxAge", "refreshAfter"])("%s must be seconds above 0", (name) => {
    for (const value of [0, -1, Number.NaN, Number.POSITIVE_INFINITY, "60"]) {
      expectConfigError({ store, secret: SECRET, [name]: value }, new RegExp(`${name} is no duration\\. Give`));
    }
  });

  it("onConflict must be one of its values", () => {
    expectConfigError({ store, secret: SECRET, onConflict: "ignore" }, /"merge", "overwrite" or "error"/);
  });

  it("randomKey must give possible keys; nothing is written under another", async () => {
    const { sessions } = memorySessions({ randomKey: () => "Not A Key" });
    await expect(sessions.open().save()).rejects.toMatchObject({ code: "SESSION_CONFIG" });
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
