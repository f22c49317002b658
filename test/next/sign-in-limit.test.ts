// Next.js finds its AsyncLocalStorage in the global scope, from the first import on.
import "next/dist/server/node-environment-baseline.js";

import { createNextSessions } from "prisma-db-session/next";
import { expect, it } from "vitest";
import { parseSetCookie } from "../cookie/set-cookie.ts";
import { describeEachPrisma7OwnedDatabase } from "../databases/index.ts";
import { gate, SECRET } from "../support.ts";
import { inNextRequest } from "./request.ts";

describeEachPrisma7OwnedDatabase("Not promised: maxPerOwner and a sign-in sent twice", (database) => {
  it("may end the session whose cookie arrives last. The other one is signed in", async () => {
    const { getSession, withSession, load } = createNextSessions<{ userId: number; cart: string[] }>({
      model: database().prisma.session,
      secret: SECRET,
      columns: ({ userId }) => ({ userId: userId ?? null }),
      maxPerOwner: { column: "userId", max: 1 },
      onEvent: () => {},
    });
    const { result: key } = await inNextRequest({}, async () => {
      const session = await getSession();
      session.set("cart", ["tea"]);
      await session.save();
      return String(session.sessionKey);
    });
    const gates = [gate(), gate()];
    const answers = gates.map(({ opened }) =>
      inNextRequest({ cookies: { session: key } }, () =>
        withSession(async (session) => {
          await opened;
          await session.markAuthenticated({ userId: 7 });
        })(),
      ),
    );
    for (const [index, { open }] of gates.entries()) {
      open();
      await answers[index];
    }
    const keys = (await Promise.all(answers)).map(({ setCookies }) => parseSetCookie(setCookies.at(-1)).value);
    const users = await Promise.all(keys.map(async (each) => (await load(each)).get("userId")));
    expect(users).toEqual([undefined, 7]);
    expect((await load(key)).sessionKey).toBeNull();
  });
});
