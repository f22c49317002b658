// Next.js finds its AsyncLocalStorage in the global scope, from the first import on.
import "next/dist/server/node-environment-baseline.js";

import { NextRequest, NextResponse } from "next/server.js";
import { expect, it } from "vitest";
import { parseSetCookie } from "../cookie/set-cookie.ts";
import { UNKNOWN_KEY } from "../support.ts";
import { nextApp } from "./app.ts";

const requestOf = (session?: string) =>
  new NextRequest("http://localhost/", session === undefined ? {} : { headers: { cookie: `session=${session}` } });

it("getSession(request, response) reads the cookie of the request, once for a response", async () => {
  const app = nextApp();
  const [request, response] = [requestOf(await app.signIn()), NextResponse.next()];
  const [session, again] = await Promise.all([app.getSession(request, response), app.getSession(request, response)]);
  expect(session.get("userId")).toBe(7);
  expect(again).toBe(session);
  expect(app.calls).toEqual(["find"]);
  expect([...response.headers]).toEqual([["x-middleware-next", "1"]]);
});

it("a response that two requests share is refused, because the second would get the first one's session", async () => {
  const app = nextApp();
  const response = NextResponse.next();
  await app.getSession(requestOf(await app.signIn()), response);
  await expect(app.getSession(requestOf(), response)).rejects.toThrow(/this response belongs to another request/);
});

it("a write sets the cookie of the response, which caches must not keep", async () => {
  const app = nextApp();
  const response = NextResponse.next();
  const session = await app.getSession(requestOf(await app.signIn()), response);
  const before = session.sessionKey;
  await session.cycleKey();
  expect(session.sessionKey).not.toBe(before);
  const [cookie] = response.headers.getSetCookie().map(parseSetCookie);
  expect(cookie).toMatchObject({
    name: "session",
    value: session.sessionKey,
    attributes: { samesite: "lax", path: "/" },
  });
  expect(response.headers.get("Cache-Control")).toBe("no-store");
  expect(response.headers.get("Vary")).toBe("Cookie");
});

it("a write is read by the next getSession() of the same response, and by no other one's", async () => {
  const app = nextApp();
  const [request, response] = [requestOf(), NextResponse.next()];
  const session = await app.getSession(request, response);
  session.set("userId", 8);
  await session.save();
  expect(await app.getSession(request, response)).toBe(session);
  expect((await app.getSession(request, NextResponse.next())).isEmpty()).toBe(true);
});

it("flush() removes the cookie", async () => {
  const app = nextApp();
  const response = NextResponse.redirect("http://localhost/");
  await (await app.getSession(requestOf(await app.signIn()), response)).flush();
  expect(response.headers.getSetCookie().map(parseSetCookie)).toMatchObject([
    { name: "session", value: "", attributes: { "max-age": "0" } },
  ]);
});

it("the expiry moves on there too", async () => {
  const app = nextApp({ refreshAfter: 60 });
  const key = await app.signIn();
  app.clock.advance(60);
  const response = NextResponse.next();
  await app.getSession(requestOf(key), response);
  expect(app.calls).toEqual(["find", "update"]);
  expect(response.headers.getSetCookie()).toHaveLength(1);
});

it("an unknown key leaves the cookie alone until something is written", async () => {
  const app = nextApp();
  const response = NextResponse.next();
  const session = await app.getSession(requestOf(UNKNOWN_KEY), response);
  expect([session.sessionKey, response.headers.getSetCookie()]).toEqual([null, []]);
});

it("without the response it says what is missing", async () => {
  const { getSession } = nextApp();
  // @ts-expect-error the response is missing
  await expect(getSession(requestOf())).rejects.toThrow("call `getSession(request, response)`");
});
