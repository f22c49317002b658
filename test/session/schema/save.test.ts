import { memoryStore, type StandardSchema } from "prisma-db-session";
import * as v from "valibot";
import { describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { notingStore } from "../../noting-store.ts";
import { gate } from "../../support.ts";
import { type OpenSession, ruled, savedBy, versions, zodShop } from "./versions.ts";

it("an absent key fits, so that a session can begin empty", async () => {
  const { newer } = versions(z.object({ userId: z.number(), name: z.string() }));
  const session = newer.open();
  await session.save();
  session.set("name", "Zoë");
  await session.save();
  expect((await newer.load(session.sessionKey)).toJSON()).toEqual({ name: "Zoë" });
});

it("the schema sees only the user's keys", async () => {
  const seen: unknown[] = [];
  const { newer } = versions(
    ruled((data) => {
      seen.push(structuredClone(data));
      return {};
    }),
  );
  const session = newer.open();
  session.set("a", 1);
  session.flash("note", "saved");
  session.setExpiry(60);
  await session.markAuthenticated({ userId: 7 });
  await newer.load(session.sessionKey);
  expect(seen).toEqual([
    { a: 1, userId: 7 },
    { a: 1, userId: 7 },
  ]);
});

it("an asynchronous schema is awaited once, before the first statement of a save", async () => {
  const { open, opened } = gate();
  const validate = vi.fn(async () => {
    await opened;
    return {};
  });
  const { store, calls } = notingStore();
  const { newer } = versions(ruled(validate), { store });
  const session = newer.open();
  session.set("a", 1);
  const saved = session.save();
  await vi.waitFor(() => expect(validate).toHaveBeenCalledOnce());
  expect(calls).toEqual([]);
  open();
  await saved;
  expect([calls.length, validate.mock.calls.length]).toEqual([1, 1]);
});

describe("An issue that names no key", () => {
  const needsOwner = ruled((data) =>
    Object.keys(data).some((key) => key === "userId" || key === "guest") || Object.keys(data).length === 0
      ? {}
      : { issues: [{ message: "Neither a user nor a guest" }] },
  );

  it("refuses a save", async () => {
    const { newer } = versions(needsOwner);
    const session = newer.open();
    session.set("cart", []);
    await expect(session.save()).rejects.toMatchObject({
      path: "",
      message: expect.stringMatching(/^The session data do not fit the option `schema`\. /),
      cause: { message: "Neither a user nor a guest" },
    });
  });

  it("hides nothing and refuses nothing if the loaded data already had the issue", async () => {
    const { older, newer, hidden } = versions(needsOwner);
    const session = await newer.load(await savedBy(older, { cart: ["tea"] }));
    session.set("note", "hello");
    await session.save();
    expect([session.toJSON(), hidden()]).toEqual([{ cart: ["tea"], note: "hello" }, []]);
  });

  it("refuses nothing if a hidden value causes the issue", async () => {
    const schema = z
      .object({ userId: z.number().optional(), cart: z.array(z.string()).optional() })
      .refine((data) => data.userId !== undefined, "No user");
    const { older, newer } = versions(schema);
    const session = await newer.load(await savedBy(older, { userId: "7", cart: [] }));
    session.set("cart", ["tea"]);
    await session.save();
    expect((await older.load(session.sessionKey)).toJSON()).toEqual({ userId: "7", cart: ["tea"] });
  });
});

it("an issue of a key that the save does not change refuses nothing", async () => {
  const schema = z
    .object({ from: z.number(), to: z.number() })
    .partial()
    .refine(({ from = 0, to = 9 }) => from <= to, { path: ["to"], message: "ends before it begins" });
  const { newer } = versions(schema);
  const session = newer.open();
  session.update({ from: 1, to: 2 });
  await session.save();
  session.set("from", 3);
  await session.save();
  session.set("to", 1);
  await expect(session.save()).rejects.toMatchObject({ path: "to" });
});

describe("A change during a save", () => {
  it("belongs to the next save, which validates it", async () => {
    const { open, opened } = gate();
    const asked = gate();
    const schema = ruled(async ({ userId }) => {
      asked.open();
      await opened;
      return typeof userId === "string" ? { issues: [{ message: "m", path: ["userId"] }] } : {};
    });
    const { older, newer } = versions(schema);
    const session = newer.open();
    session.set("userId", 1);
    const saved = session.save();
    await asked.opened;
    session.set("userId", "evil");
    open();
    await saved;
    expect((await older.load(session.sessionKey)).get("userId")).toBe(1);
    await expect(session.save()).rejects.toMatchObject({ path: "userId" });
  });

  it("is not written by the second UPDATE of a conflict either", async () => {
    const store = { ...memoryStore() };
    const { older, newer } = versions(zodShop, { store });
    const key = await savedBy(older, { cart: [] });
    const session = await newer.load(key);
    const theirs = await older.load(key);
    theirs.set("note", 1);
    await theirs.save();
    const { update } = store;
    store.update = (...args) => {
      session.set("userId", "evil" as never);
      store.update = update;
      return update(...args);
    };
    session.set("cart", [{ product: "tea", amount: 1 }]);
    await session.save();
    expect((await older.load(key)).toJSON()).toEqual({ cart: [{ product: "tea", amount: 1 }], note: 1 });
    expect([session.get("userId"), session.has("userId")]).toEqual(["evil", true]);
    await expect(session.save()).rejects.toMatchObject({ path: "userId" });
  });
});

it("create() refuses a value that does not fit, even if the old row has it", async () => {
  const { older, newer } = versions(zodShop);
  const session = await newer.load(await savedBy(older, { userId: "7" }));
  session.set("userId", "7" as never);
  await expect(session.create()).rejects.toMatchObject({ path: "userId" });
});

it("a schema that changes its input does not change the session", async () => {
  const schema = ruled((data) => {
    for (const value of Object.values(data)) if (Array.isArray(value)) value.push("added");
    return {};
  });
  const { newer } = versions(schema);
  const session = newer.open();
  session.set("cart", []);
  await session.save();
  expect([session.get("cart"), (await newer.load(session.sessionKey)).get("cart")]).toEqual([[], []]);
});

it("the message of a SerializationError contains no value, because logs may contain the message", async () => {
  const { newer } = versions(v.object({ pin: v.optional(v.number()) }) as StandardSchema<object>);
  const session = newer.open() as unknown as OpenSession;
  session.update({ pin: "4711-secret" });
  await expect(session.save()).rejects.toMatchObject({ path: "pin", message: expect.not.stringContaining("4711") });
});
