import { describe, expect, it } from "vitest";
import { memorySessions, UNKNOWN_KEY } from "../support.ts";

const newSession = () => memorySessions().sessions.open();

/** A session that was saved with this data and loaded anew, so that both flags are down. */
async function savedSession(data: Record<string, unknown>) {
  const { sessions } = memorySessions();
  const first = sessions.open();
  first.update(data);
  await first.save();
  return sessions.load(first.sessionKey);
}

describe("the dictionary", () => {
  it("is new: no key, neither accessed nor modified", () => {
    const session = newSession();
    expect(session.sessionKey).toBeNull();
    expect([session.accessed, session.modified]).toEqual([false, false]);
  });

  it("get gives a value, a default or undefined, and counts as access alone", async () => {
    const session = await savedSession({ userId: 7 });
    expect([session.accessed, session.modified]).toEqual([false, false]);
    expect(session.get("userId")).toBe(7);
    expect(session.get("cart")).toBeUndefined();
    expect(session.get("cart", ["tea"])).toEqual(["tea"]);
    expect([session.accessed, session.modified]).toEqual([true, false]);
  });

  it("get gives a stored null or false rather than the default", async () => {
    const session = await savedSession({ a: null, b: false });
    expect(session.get("a", "default")).toBeNull();
    expect(session.get("b", "default")).toBe(false);
  });

  it("has tells whether a key is there, and counts as access", async () => {
    const session = await savedSession({ userId: 7 });
    expect(session.has("userId")).toBe(true);
    expect(session.accessed).toBe(true);
    expect(session.has("cart")).toBe(false);
    expect(session.modified).toBe(false);
  });

  it("set stores a value, and modifies", () => {
    const session = newSession();
    session.set("userId", 7);
    expect(session.get("userId")).toBe(7);
    expect([session.accessed, session.modified]).toEqual([true, true]);
  });

  it("delete removes a key, and modifies", async () => {
    const session = await savedSession({ userId: 7 });
    expect(session.delete("userId")).toBe(true);
    expect(session.has("userId")).toBe(false);
    expect([session.accessed, session.modified]).toEqual([true, true]);
  });

  it("delete of a missing key gives false and modifies nothing", async () => {
    const session = await savedSession({ userId: 7 });
    expect(session.delete("cart")).toBe(false);
    expect([session.accessed, session.modified]).toEqual([true, false]);
  });

  it("pop removes a key, gives its value, and modifies", async () => {
    const session = await savedSession({ userId: 7 });
    expect(session.pop("userId")).toBe(7);
    expect(session.has("userId")).toBe(false);
    expect([session.accessed, session.modified]).toEqual([true, true]);
  });

  it("pop of a missing key gives the default or undefined, and modifies nothing", async () => {
    const session = await savedSession({ userId: 7 });
    expect(session.pop("cart")).toBeUndefined();
    expect(session.pop("cart", ["tea"])).toEqual(["tea"]);
    expect([session.accessed, session.modified]).toEqual([true, false]);
  });

  it("setDefault gives what is there, and modifies nothing", async () => {
    const session = await savedSession({ userId: 7 });
    expect(session.setDefault("userId", 8)).toBe(7);
    expect([session.accessed, session.modified]).toEqual([true, false]);
  });

  it("setDefault sets what is missing, gives it, and modifies", async () => {
    const session = await savedSession({ userId: 7 });
    expect(session.setDefault("cart", ["tea"])).toEqual(["tea"]);
    expect(session.get("cart")).toEqual(["tea"]);
    expect(session.modified).toBe(true);
  });

  it("update sets several keys, and modifies", async () => {
    const session = await savedSession({ userId: 7 });
    session.update({ userId: 8, cart: ["tea"] });
    expect(session.toJSON()).toEqual({ userId: 8, cart: ["tea"] });
    expect([session.accessed, session.modified]).toEqual([true, true]);
  });

  it("keys, values, entries, iteration and toJSON show everything in the order it was set, and count as access", async () => {
    const entries = [
      ["b", 1],
      ["a", [2]],
      ["c", null],
    ];
    const session = await savedSession(Object.fromEntries(entries));
    expect(session.keys()).toEqual(["b", "a", "c"]);
    expect([session.accessed, session.modified]).toEqual([true, false]);
    expect(session.values()).toEqual([1, [2], null]);
    expect(session.entries()).toEqual(entries);
    expect([...session]).toEqual(entries);
    expect(JSON.stringify(session)).toBe('{"b":1,"a":[2],"c":null}');
  });

  it("clear removes everything, keeps the key, and counts as access and modification", async () => {
    const session = await savedSession({ userId: 7 });
    const key = session.sessionKey;
    session.clear();
    expect([session.accessed, session.modified]).toEqual([true, true]);
    expect(session.keys()).toEqual([]);
    expect(session.sessionKey).toBe(key);
  });

  it("clear needs no loading", () => {
    const session = memorySessions().sessions.open(UNKNOWN_KEY);
    session.clear();
    session.set("userId", 7);
    expect(session.toJSON()).toEqual({ userId: 7 });
  });

  it("isEmpty: without a key and without data; it needs no loading and is no access", async () => {
    const session = newSession();
    expect(session.isEmpty()).toBe(true);
    expect(session.accessed).toBe(false);
    session.set("userId", 7);
    expect(session.isEmpty()).toBe(false);
    expect(memorySessions().sessions.open(UNKNOWN_KEY).isEmpty()).toBe(false);
    expect((await savedSession({})).isEmpty()).toBe(false);
  });

  it("isEmpty stays true where only absoluteMaxAge is kept of a session that could not be created", async () => {
    const { sessions, store } = memorySessions({ absoluteMaxAge: 60 });
    store.insert = async () => {
      throw new Error("no database");
    };
    const session = sessions.open();
    await expect(session.create()).rejects.toThrow("no database");
    expect(session.isEmpty()).toBe(true);
  });

  it("the test cookie is set, worked, and is deleted", async () => {
    const session = newSession();
    expect(session.testCookieWorked()).toBe(false);
    session.setTestCookie();
    expect(session.modified).toBe(true);
    expect(session.testCookieWorked()).toBe(true);
    expect(session.has("testcookie")).toBe(true);
    session.set("testcookie", "something else");
    expect(session.testCookieWorked()).toBe(false);
    session.deleteTestCookie();
    expect(session.has("testcookie")).toBe(false);
  });

  it("a flash value is read once", async () => {
    const session = newSession();
    session.flash("notice", "Saved");
    expect(session.modified).toBe(true);
    expect(session.flash("notice")).toBe("Saved");
    expect(session.flash("notice")).toBeUndefined();
  });

  it("reading a flash value that is not there modifies nothing", () => {
    const session = newSession();
    session.flash("notice");
    expect(session.modified).toBe(false);
  });

  it("what the package keeps in the data is neither shown nor reachable by its name", async () => {
    const session = newSession();
    session.setExpiry(60);
    session.flash("notice", "Saved");
    expect([session.keys(), session.values(), session.entries(), [...session]]).toEqual([[], [], [], []]);
    expect(session.toJSON()).toEqual({});
    expect(session.has("_session_expiry")).toBe(false);
    expect(session.get("_session_expiry")).toBeUndefined();
    expect(session.delete("_session_expiry")).toBe(false);
    expect(session.pop("_session_expiry", "default")).toBe("default");
    expect(session.getExpiryAge()).toBe(60);
  });

  it("a reserved name is refused, and nothing is set", () => {
    const session = newSession();
    expect(() => session.set("_session_expiry", 1)).toThrow('The key "_session_expiry" is reserved. Choose one');
    expect(() => session.update({ userId: 7, _session_x: 1 })).toThrow(TypeError);
    expect(() => session.setDefault("_session_x", 1)).toThrow(TypeError);
    expect(session.keys()).toEqual([]);
    expect(session.modified).toBe(false);
  });

  it("has no prototype to pollute", async () => {
    const session = await savedSession(JSON.parse('{"__proto__": {"isAdmin": true}, "constructor": 1}'));
    expect(session.get("isAdmin")).toBeUndefined();
    expect(session.get("__proto__")).toEqual({ isAdmin: true });
    expect(session.get("toString")).toBeUndefined();
    expect(Object.getPrototypeOf(session.toJSON())).toBe(Object.prototype);
    expect("isAdmin" in {}).toBe(false);
  });

  it("every use of a session that has a key and was not loaded says so", () => {
    const session = memorySessions().sessions.open(UNKNOWN_KEY);
    const uses = [
      () => session.get("userId"),
      () => session.has("userId"),
      () => session.set("userId", 7),
      () => session.delete("userId"),
      () => session.pop("userId"),
      () => session.setDefault("userId", 7),
      () => session.update({ userId: 7 }),
      () => session.keys(),
      () => session.values(),
      () => session.entries(),
      () => [...session],
      () => session.toJSON(),
      () => session.setTestCookie(),
      () => session.testCookieWorked(),
      () => session.deleteTestCookie(),
      () => session.flash("notice", "x"),
      () => session.flash("notice"),
      () => session.setExpiry(60),
      () => session.getExpiryAge(),
      () => session.getExpiryDate(),
      () => session.getExpireAtBrowserClose(),
    ];
    for (const use of uses) {
      expect(use).toThrow(expect.objectContaining({ code: "SESSION_NOT_LOADED", name: "SessionNotLoadedError" }));
    }
    expect([session.accessed, session.modified]).toEqual([false, false]);
  });
});
