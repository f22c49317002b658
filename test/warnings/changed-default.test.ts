// In development: a default of `get()` that was changed and not stored.
import { createSessions, type DbSession, memoryStore } from "prisma-db-session";
import { createWebSessions } from "prisma-db-session/web";
import superjson from "superjson";
import { describe, expect, it, vi } from "vitest";
import { SECRET, type ShopData } from "../support.ts";
import { freshWarnings } from "./support.ts";

const warnings = freshWarnings("development");

type Session = DbSession<ShopData>;

const options = { store: memoryStore(), secret: SECRET };

/** A session that is loaded, and then saved. */
async function request(work: (session: Session) => unknown, more: object = {}) {
  const session = createSessions<ShopData>({ ...options, ...more }).open();
  session.set("userId", 7);
  await work(session);
  await session.save();
  return session;
}

const lost = (key: string) =>
  expect.stringContaining(`SessionWarning: The default of \`get("${key}", …)\` was changed, but`);

describe("A default of get() that is changed", () => {
  it.each<[string, (session: Session) => unknown]>([
    ["an array", (session) => session.get("cart", []).push("tea")],
    ["an object", (session) => Object.assign(session.get("cart", {}), { tea: 1 })],
    ["deep inside", (session) => changed(session, { lines: [["tea"]] }, ({ lines }) => lines[0]?.push("milk"))],
    ["a Set", (session) => changed(session, new Set(), (set) => set.add("tea"))],
    ["a Map", (session) => changed(session, new Map(), (map) => map.set("tea", 1))],
    ["a cyclic value", (session) => Object.assign(session.get("cart", cyclic()), { tea: 1 })],
    ["one of several", (session) => [session.get("cart", []), session.get("cart", []).push("tea")]],
  ])("and not stored is warned of at the save: %s", async (_, work) => {
    await request(work);
    expect(warnings()).toEqual([lost("cart")]);
    expect(warnings()[0]).toContain('Call `setDefault("cart", …)` instead.');
  });

  it("is warned of with the line that called get()", async () => {
    const warn = vi.mocked(console.warn);
    await request(function theLine(session) {
      session.get("cart", []).push("tea");
    });
    const [warning] = warn.mock.calls[0] as [Error];
    const lines = warning.stack?.split("\n").filter((line) => line.includes("changed-default.test.ts"));
    expect(lines?.[0]).toContain("theLine");
  });

  it.each<[string, (session: Session) => unknown]>([
    ["set", (session) => session.set("cart", pushed(session))],
    ["set as a copy", (session) => session.set("cart", [...pushed(session)])],
    ["set before the change", (session) => pushed(session, (cart) => session.set("cart", cart))],
    ["set by update()", (session) => session.update({ cart: pushed(session) })],
    ["set by setDefault()", (session) => session.setDefault("cart", pushed(session))],
    ["set under another key", (session) => session.set("note", pushed(session))],
    ["set inside another value", (session) => session.set("note", { lines: { cart: pushed(session) } })],
    ["set, and deleted afterwards", (session) => [session.set("cart", pushed(session)), session.delete("cart")]],
    ["passed to a sign-in", (session) => session.markAuthenticated({ userId: 7, cart: pushed(session) })],
    ["dropped by clear()", (session) => [pushed(session), session.clear()]],
    ["dropped by a sign-out", async (session) => [pushed(session), await session.flush()]],
    ["the default of pop()", (session) => session.pop("cart", []).push("tea")],
    ["a value of the session", (session) => [session.set("cart", []), session.get("cart", []).push("tea")]],
  ])("is no mistake if it was %s", async (_, work) => {
    await request(work);
    expect(warnings()).toEqual([]);
  });

  it("that stays as it is is no mistake", async () => {
    await request((session) => [session.get("cart", []), session.get("note", { a: [cyclic()] }), session.get("x", 7)]);
    expect(warnings()).toEqual([]);
  });

  it.each<[string, () => unknown]>([
    ["undefined", () => undefined],
    ["null", () => null],
    ["a function", () => () => 7],
    ["an object with a function", () => ({ now: () => 7 })],
    ["a class instance", () => new (class Cart {})()],
    ["an object without a prototype", () => Object.create(null)],
    ["a proxy", () => new Proxy({}, {})],
    ["a proxy that throws", () => new Proxy({}, throwing)],
    ["an array with a proxy that throws", () => [new Proxy({}, throwing)]],
    ["a revoked proxy", revoked],
    ["a getter that throws", () => Object.defineProperty({}, "tea", { enumerable: true, get: fail })],
    ["a symbol", () => Symbol("tea")],
    ["a promise", () => Promise.resolve()],
    ["a WeakMap", () => new WeakMap()],
    ["nested deeply", () => Array.from({ length: 20_000 }).reduce((inner) => [inner], [])],
  ])("and cannot be compared changes nothing: %s", async (_, value) => {
    const given = value();
    await request((session) => expect(session.get("note", given)).toBe(given));
    expect(warnings()).toEqual([]);
  });

  it("may become a value that cannot be compared", async () => {
    await request((session) => {
      const given = { tea: 1 };
      session.get("note", given);
      Object.defineProperty(given, "tea", { get: fail });
    });
    expect(warnings()).toEqual([]);
  });

  it("may meet a value of the session that cannot be searched", async () => {
    const serializer = { stringify: () => "{}", parse: JSON.parse };
    await request((session) => [pushed(session), session.set("note", new Proxy({}, { ownKeys: fail }))], {
      serializer,
    });
    expect(warnings()).toEqual([]);
  });

  it("is warned of once for each line, however often it runs", async () => {
    for (let i = 0; i < 3; i++) await request((session) => session.get("cart", []).push("tea"));
    await request((session) => {
      for (let i = 0; i < 1000; i++) {
        const cart: string[] = [];
        session.get(`cart.${i}`, cart);
        cart.push("tea");
      }
    });
    expect(warnings()).toEqual([lost("cart"), lost("cart.0")]);
  });

  it("is warned of at the end of a request, also if nothing is saved", async () => {
    const app = createWebSessions<ShopData>(options);
    const session = await app.getSession(new Request("http://localhost/"));
    session.get("cart", []).push("tea");
    expect(warnings()).toEqual([]);
    await app.commitSession(session, new Headers());
    expect(warnings()).toEqual([lost("cart")]);
  });

  it("is stored by a serializer's types as by JSON's", async () => {
    const session = await request((session) => session.set("cart", session.get("cart", new Set(["tea"])) as never), {
      serializer: superjson,
    });
    expect(session.get("cart")).toEqual(new Set(["tea"]));
    expect(warnings()).toEqual([]);
  });
});

it("nothing of this is in production: the default is not even looked at", async () => {
  vi.stubEnv("NODE_ENV", "production");
  const looked: string[] = [];
  const given = new Proxy([], {
    getPrototypeOf(target) {
      looked.push("prototype");
      return Reflect.getPrototypeOf(target);
    },
    ownKeys(target) {
      looked.push("keys");
      return Reflect.ownKeys(target);
    },
  });
  await request((session) => [session.get("note", given), session.get("cart", []).push("tea")]);
  expect(looked).toEqual([]);
  expect(warnings()).toEqual([]);
});

function changed<Value>(session: Session, value: Value, change: (value: Value) => unknown): void {
  session.get("cart", value);
  change(value);
}

/** Changes a default as a user would by mistake. */
function pushed(session: Session, before: (cart: string[]) => void = () => {}): string[] {
  const cart = session.get("cart", []);
  before(cart);
  cart.push("tea");
  return cart;
}

function cyclic(): object {
  const value: Record<string, unknown> = {};
  value.self = value;
  return value;
}

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

const fail = () => {
  throw new Error("do not touch");
};
const throwing = { get: fail, has: fail, ownKeys: fail, getPrototypeOf: fail, getOwnPropertyDescriptor: fail };
