// Next.js finds its AsyncLocalStorage in the global scope, from the first import on.
import "next/dist/server/node-environment-baseline.js";

import { describe, expect, it } from "vitest";
import { parseSetCookie } from "../cookie/set-cookie.ts";
import { nextApp } from "./app.ts";
import { allowAuthInterrupts, CONTROL_FLOW } from "./control-flow-cases.ts";
import { inNextRequest } from "./request.ts";

allowAuthInterrupts();

describe("withSession in a server action", () => {
  it.each(CONTROL_FLOW)("saves, and passes %s on to Next.js", async (_, raise) => {
    const { withSession, load } = nextApp();
    const action = withSession((session) => {
      session.set("userId", 7);
      return raise();
    });
    const { result, setCookies } = await inNextRequest({}, () => action().catch((error: unknown) => error));
    expect(result).toEqual(catchOf(raise));
    expect((await load(parseSetCookie(setCookies[0]).value)).get("userId")).toBe(7);
  });

  it("sets no cookie if neither key nor expiry changes", async () => {
    const { withSession, signIn, clock } = nextApp();
    const key = await signIn((session) => session.setExpiry(0));
    clock.advance(60);
    const { setCookies } = await inNextRequest(
      { cookies: { session: key } },
      withSession((session) => session.set("userId", 8)),
    );
    expect(setCookies).toEqual([]);
  });

  it("throws SessionInterruptedError and keeps the cookie if another request signed out", async () => {
    const { withSession, open, signIn } = nextApp();
    const action = withSession(async (session) => {
      session.set("cart", ["tea"]);
      await open(session.sessionKey).flush();
    });
    const { setCookies } = await inNextRequest({ cookies: { session: await signIn() } }, async () => {
      await expect(action()).rejects.toMatchObject({
        code: "SESSION_INTERRUPTED",
        digest: "SESSION_INTERRUPTED",
        cause: { code: "SESSION_UPDATE" },
      });
    });
    expect(setCookies).toEqual([]);
  });

  it("redirects to `onInterrupted` instead", async () => {
    const { withSession, open, signIn } = nextApp({ onInterrupted: "/sign-in" });
    const action = withSession(async (session) => {
      session.set("cart", ["tea"]);
      await open(session.sessionKey).flush();
    });
    const { result } = await inNextRequest({ cookies: { session: await signIn() } }, () =>
      action().catch(({ digest }) => digest),
    );
    expect(result).toMatch(/^NEXT_REDIRECT;\w+;\/sign-in;/);
  });

  it("does not treat an argument that only looks like a request as a request", async () => {
    const { withSession, open, signIn } = nextApp();
    const action = withSession(async (session, _given: unknown) => {
      session.set("cart", ["tea"]);
      await open(session.sessionKey).flush();
    });
    const forged = { method: "POST", headers: new Map(), url: "http://localhost/" };
    await inNextRequest({ cookies: { session: await signIn() } }, async () => {
      await expect(action(forged)).rejects.toMatchObject({ code: "SESSION_INTERRUPTED" });
    });
  });
});

function catchOf(raise: () => never): unknown {
  try {
    raise();
  } catch (error) {
    return error;
  }
}
