import * as devalue from "devalue";
import superjson from "superjson";
import { describe, expect, it } from "vitest";
import { memorySessions } from "../support.ts";

describe("the serializer", () => {
  it.each([
    ["superjson", superjson],
    ["devalue", devalue],
  ])("%s works as the serializer", async (_, serializer) => {
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

  it("a custom serializer decides which values can be stored", async () => {
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

  it("a value that a custom serializer refuses throws SerializationError with the cause", async () => {
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
