// In development: a sign-out that only deletes what the sign-in has set.
import { createSessions, type DbSession, memoryStore } from "prisma-db-session";
import { expect, it, vi } from "vitest";
import { SECRET, type ShopData } from "../support.ts";
import { freshWarnings } from "./support.ts";

const warnings = freshWarnings("development");

const sessions = createSessionsFor();

/** A factory makes its sessions in development only if it was made there. */
function createSessionsFor(): () => ReturnType<typeof createSessions<ShopData>> {
  const store = memoryStore();
  return () => createSessions<ShopData>({ store, secret: SECRET });
}

/** Signs a visitor with a cart in, and does something in a later request. */
async function afterSignIn(work: (session: DbSession<ShopData>) => unknown) {
  const visitor = sessions().open();
  visitor.update({ cart: ["tea"], theme: "dark" });
  await visitor.save();
  await visitor.markAuthenticated({ userId: 7, cart: visitor.get("cart", []), theme: "light", roles: ["buyer"] });
  const session = await sessions().load(visitor.sessionKey);
  await work(session);
  await session.save();
}

const CALL_FLUSH =
  /^SessionWarning: `userId` was set at the sign-in and is now deleted.* To sign out, call `flush\(\)`\.$/;

it.each<[string, (session: DbSession<ShopData>) => unknown]>([
  ["delete()", (session) => session.delete("userId")],
  ["pop()", (session) => session.pop("userId")],
])("%s of what markAuthenticated() had set is warned of, at the save", async (_, signOut) => {
  await afterSignIn((session) => {
    signOut(session);
    expect(warnings()).toEqual([]);
  });
  expect(warnings()).toEqual([expect.stringMatching(CALL_FLUSH)]);
  expect(warnings.lines()).toEqual([expect.stringContaining("sign-out-by-delete.test.ts")]);
});

it.each<[string, (session: DbSession<ShopData>) => unknown]>([
  ["what the visitor had before", (session) => [session.delete("cart"), session.delete("theme")]],
  ["a list", (session) => session.delete("roles")],
  ["a key of another request", (session) => [session.set("note", 7), session.delete("note")]],
  ["a key that is set again", (session) => [session.delete("userId"), session.set("userId", 8)]],
  ["a key before clear()", (session) => [session.delete("userId"), session.clear()]],
  ["a key before flush()", async (session) => [session.delete("userId"), await session.flush()]],
])("the deletion of %s is no sign-out", async (_, work) => {
  await afterSignIn(work);
  expect(warnings()).toEqual([]);
});

it("the deletion of a mark is no sign-out while the user is there", async () => {
  const visitor = sessions().open();
  await visitor.markAuthenticated({ userId: 7, welcome: true });
  const session = await sessions().load(visitor.sessionKey);
  session.pop("welcome");
  await session.save();
  expect(warnings()).toEqual([]);
});

it("the search for warnings does not count as access", async () => {
  const visitor = sessions().open();
  await visitor.markAuthenticated({ userId: 7 });
  const session = await sessions().load(visitor.sessionKey);
  await session.save();
  expect(session.accessed).toBe(false);
});

it("is warned of once in a process", async () => {
  for (let i = 0; i < 3; i++) await afterSignIn((session) => session.delete("userId"));
  expect(warnings()).toHaveLength(1);
});

it("is not warned of in a session without a sign-in", async () => {
  await afterSignIn(() => {});
  const visitor = sessions().open();
  visitor.set("userId", 7);
  visitor.delete("userId");
  await visitor.save();
  expect(warnings()).toEqual([]);
});

it("is not warned of in production", async () => {
  vi.stubEnv("NODE_ENV", "production");
  await afterSignIn((session) => session.delete("userId"));
  expect(warnings()).toEqual([]);
});
