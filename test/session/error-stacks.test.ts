// The stack of an error leads to the line of the user's that called the package.
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { createSessions, type DbSession, memoryStore, type SessionStore } from "prisma-db-session";
import { createWebSessions } from "prisma-db-session/web";
import { describe, expect, it } from "vitest";
import { SECRET, type ShopData } from "../support.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const own = relative(root, fileURLToPath(import.meta.url));

/** The first line of a stack that is not the package's. */
const firstUserLine = (error: Error) =>
  error.stack?.split("\n").find((line) => line.startsWith("    at ") && !line.includes("/src/"));

async function thrownBy(call: () => unknown): Promise<Error> {
  try {
    await call();
  } catch (error) {
    return error as Error;
  }
  throw new Error("nothing was thrown");
}

const sessions = (store: SessionStore = memoryStore()) => createSessions<ShopData>({ store, secret: SECRET });

async function saved(store?: SessionStore): Promise<DbSession<ShopData>> {
  const session = sessions(store).open();
  session.set("userId", 7);
  await session.save();
  return session;
}

describe("The first line of a stack outside of the package is the user's call", () => {
  const calls: [name: string, call: (session: DbSession<ShopData>) => Promise<unknown>][] = [
    [
      "save",
      async function userCall(session) {
        await session.save();
      },
    ],
    [
      "create",
      async function userCall(session) {
        await session.create();
      },
    ],
    [
      "cycleKey",
      async function userCall(session) {
        await session.cycleKey();
      },
    ],
    [
      "markAuthenticated",
      async function userCall(session) {
        await session.markAuthenticated({ userId: 8 });
      },
    ],
  ];

  it.each(calls)("of a SerializationError: %s", async (_, call) => {
    const session = await saved();
    session.set("cart", [{ at: new Date(0) }] as never);
    const error = await thrownBy(() => call(session));
    expect(error).toMatchObject({
      code: "SESSION_SERIALIZATION",
      path: "cart[0].at",
      message: expect.stringMatching(
        /^The value of session key `cart\[0\]\.at` is a Date, which JSON does not bring back\. /,
      ),
    });
    expect(error.stack).toContain(`SerializationError: ${error.message}`);
    expect(firstUserLine(error)).toContain("userCall");
    expect(firstUserLine(error)).toContain(own);
  });

  it.each(calls)("through the queue, behind a call that is still running: %s", async (_, call) => {
    const session = await saved();
    session.set("note", new Date(0));
    const before = session.exists("other");
    const error = await thrownBy(() => call(session));
    await before;
    expect(firstUserLine(error)).toContain("userCall");
  });

  it.each(calls.filter(([name]) => name !== "create" && name !== "markAuthenticated"))(
    "of an UpdateError: %s",
    async (_, call) => {
      const store = memoryStore();
      const session = await saved(store);
      await sessions(store).open(session.sessionKey).flush();
      const error = await thrownBy(() => call(session));
      expect(error).toMatchObject({ code: "SESSION_UPDATE" });
      expect(firstUserLine(error)).toContain("userCall");
    },
  );

  it("of a SessionNotLoadedError", async () => {
    const session = sessions().open("akeythatwasnotloaded0");
    const error = await thrownBy(function userCall() {
      session.get("userId");
    });
    expect(error).toMatchObject({ code: "SESSION_NOT_LOADED" });
    expect(firstUserLine(error)).toContain("userCall");
  });

  it("of the save by commitSession", async () => {
    const { getSession, commitSession } = createWebSessions<ShopData>({ store: memoryStore(), secret: SECRET });
    const session = await getSession(new Request("http://localhost/"));
    session.set("note", new Date(0));
    const error = await thrownBy(async function userCall() {
      await commitSession(session, new Headers());
    });
    expect(firstUserLine(error)).toContain("userCall");
  });

  it("and a database error reaches the caller as it came", async () => {
    const store = memoryStore();
    const session = await saved(store);
    const failure = new Error("connection lost");
    const { stack } = failure;
    Object.assign(store, { update: () => Promise.reject(failure), find: () => Promise.reject(failure) });
    session.set("userId", 8);
    expect(await thrownBy(() => session.save())).toBe(failure);
    expect(failure.stack).toBe(stack);
  });
});
