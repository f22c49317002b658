// Two requests of one browser at once, over HTTP, and the cookie that the browser has in the end.
import { describe, expect, it } from "vitest";
import { storedKey } from "../support.ts";
import type { Running } from "./fixtures/app.ts";
import { type Visitor, visit } from "./fixtures/observe.ts";
import { type Answer, type Asked, callAction, get, post, type Send, sendForm } from "./fixtures/requests.ts";

/** How a form is sent, and the status of an answer that says: this session has ended. */
const WAYS: [name: string, send: Send, ended: number][] = [
  ["a route handler by withSession", post("/with-session/42"), 400],
  ["a route handler by getSession", post("/get-session"), 500],
  ["a server action by withSession", callAction("wrapped"), 500],
  ["a server action by getSession", callAction("byHand"), 500],
  ["a server action without script", sendForm("wrapped"), 500],
];

/** Who signs in. */
const VISITORS: [name: string, visitor: Visitor][] = [
  ["a visitor with a cart", "signed in"],
  ["a visitor without a cookie", "new"],
];

/** The cookie of a browser that gets answers one after another. */
function cookieAfter(key: string | undefined, answers: readonly Answer[]): string | undefined {
  return answers.flatMap(({ setCookies }) => setCookies).reduce((_, { value }) => value || undefined, key);
}

const bothOrders = <Each>(one: Each, other: Each): Each[][] => [
  [one, other],
  [other, one],
];

let gates = 0;

export const signInTests = (running: () => Running) =>
  describe("two requests of one browser at once", () => {
    const userOf = async (key: string | undefined) =>
      (await get("/get-session")(running().url, { change: "reads", key })).body.match(/user \w+/)?.[0];

    /** The text in the data column of the session that a cookie opens. */
    async function dataOf(key: string | undefined): Promise<string> {
      const where = { key: storedKey(key ?? null) };
      return (await running().database.prisma.session.findUniqueOrThrow({ where })).data;
    }

    /** Sends a request, and resolves when the app has its session and waits. */
    async function begin(send: Send, asked: Asked) {
      const { url } = running();
      const gate = `gate-${++gates}`;
      const answer = send(url, { ...asked, gate });
      await Promise.race([fetch(`${url}/gates/${gate}`), answer]);
      const open = () => fetch(`${url}/gates/${gate}`, { method: "POST" });
      return {
        answer,
        open,
        async finish() {
          await open();
          return answer;
        },
      };
    }

    /** An anonymous visitor with a cart. */
    const anonymous = async () => String(await visit(running(), "signed in"));

    describe.each(WAYS)("%s", (_, send, ended) => {
      describe.each(VISITORS)("%s: a sign-in sent twice ends signed in", (_, visitor) => {
        it.each(["one after the other", "at once"])("%s", async (how) => {
          const key = await visit(running(), visitor);
          const first = await begin(send, { change: "sign in", key });
          const second = await begin(send, { change: "sign in", key });
          const answers =
            how === "at once"
              ? await Promise.all([first.finish(), second.finish()])
              : [await first.finish(), await second.finish()];
          expect(answers.map(({ status }) => status)).toEqual([200, 200]);
          for (const order of bothOrders(answers[0] as Answer, answers[1] as Answer)) {
            const cookie = cookieAfter(key, order);
            expect(cookie).not.toBe(key);
            expect(await userOf(cookie)).toBe("user 8");
          }
          expect(await userOf(key)).toBe("user nobody");
        });
      });

      it("a sign-in sent twice keeps the cart that it passes on, in both sessions", async () => {
        const key = await anonymous();
        const first = await begin(send, { change: "sign in with the cart", key });
        const second = await begin(send, { change: "sign in with the cart", key });
        for (const answer of [await first.finish(), await second.finish()]) {
          expect(await dataOf(cookieAfter(key, [answer]))).toContain('"cart":[]');
        }
      });

      it("a request that read before the sign-in and writes after it leaves the browser signed in", async () => {
        const key = await anonymous();
        const slow = await begin(send, { change: "set", key });
        const signIn = await send(running().url, { change: "sign in", key });
        const late = await slow.finish();
        expect([signIn.status, late.status, late.setCookies]).toEqual([200, ended, []]);
        for (const order of bothOrders(signIn, late)) {
          expect(await userOf(cookieAfter(key, order))).toBe("user 8");
        }
        expect(await userOf(key)).toBe("user nobody");
      });

      it("a request that wrote before the sign-in changes nothing, if its answer arrives first", async () => {
        const key = await anonymous();
        const signIn = await begin(send, { change: "sign in", key });
        const early = await send(running().url, { change: "set", key });
        const answer = await signIn.finish();
        expect(await userOf(cookieAfter(key, [early, answer]))).toBe("user 8");
      });

      it("a request that only reads under the old key sets no cookie", async () => {
        const key = await anonymous();
        const signIn = await send(running().url, { change: "sign in", key });
        const late = await send(running().url, { change: "reads", key });
        for (const order of bothOrders(signIn, late)) {
          expect(await userOf(cookieAfter(key, order))).toBe("user 8");
        }
      });

      describe("not promised", () => {
        it.each<[how: string, visitor: Visitor, change: string]>([
          ["by a write", "signed in", "set"],
          ["by a mere reading, because of `refreshAfter`", "due", "reads"],
        ])("an answer that set the cookie under the old key %s, and arrives last", async (_, visitor, change) => {
          const key = await visit(running(), visitor);
          const early = await send(running().url, { change, key });
          const signIn = await send(running().url, { change: "sign in", key });
          expect(await userOf(cookieAfter(key, [early, signIn]))).toBe("user 8");
          const cookie = cookieAfter(cookieAfter(key, [signIn]), [early]);
          expect(cookie).toBe(key);
          expect(await userOf(cookie)).toBe("user nobody");
        });

        it("a sign-in sent twice: the second session has only what the call was given", async () => {
          const key = await anonymous();
          const first = await begin(send, { change: "sign in", key });
          const second = await begin(send, { change: "sign in", key });
          expect(await dataOf(cookieAfter(key, [await first.finish()]))).toContain('"cart":[]');
          expect(await dataOf(cookieAfter(key, [await second.finish()]))).not.toContain("cart");
        });

        it.each([
          ["another write", "add to cart", "user nobody"],
          ["a sign-in", "sign in", "user 8"],
        ])("two requests at once of a visitor without a session, a write and %s", async (_, change, user) => {
          const key = await visit(running(), "new");
          const write = await begin(send, { change: "add to cart", key });
          const beside = await begin(send, { change, key });
          const answers = [await write.finish(), await beside.finish()] as const;
          const [mine, others] = answers.map((answer) => cookieAfter(key, [answer]));
          expect(mine).not.toBe(others);
          expect(await running().database.prisma.session.count()).toBe(2);
          expect([await userOf(mine), await userOf(others)]).toEqual(["user nobody", user]);
          expect(cookieAfter(key, [answers[0], answers[1]])).toBe(others);
          expect(cookieAfter(key, [answers[1], answers[0]])).toBe(mine);
        });

        it("a request that begins under the old key and writes: a new anonymous session", async () => {
          const key = await anonymous();
          const signIn = await send(running().url, { change: "sign in", key });
          const late = await send(running().url, { change: "set", key });
          const cookie = cookieAfter(key, [signIn, late]);
          expect([key, cookieAfter(key, [signIn])]).not.toContain(cookie);
          expect(cookieAfter(key, [late, signIn])).toBe(cookieAfter(key, [signIn]));
          expect(await dataOf(cookie), "nothing of the signed-in session is in it").not.toContain("cart");
        });

        it.each(["sign-in", "sign-out"])("a sign-out in another tab, and the row gets the %s first", async (first) => {
          const key = await anonymous();
          const signIn = await begin(send, { change: "sign in", key });
          const signOut = await begin(send, { change: "flush", key });
          const [one, other] = first === "sign-in" ? [signIn, signOut] : [signOut, signIn];
          await one.finish();
          await other.finish();
          const [inside, outside] = [await signIn.answer, await signOut.answer];
          expect(await userOf(cookieAfter(key, [outside, inside]))).toBe("user 8");
          expect(cookieAfter(key, [inside, outside])).toBeUndefined();
          expect(await userOf(key), "the key that was signed out").toBe("user nobody");
        });
      });
    });

    it("not promised: with maxPerOwner, the answer that arrives last may have a session that the limit ended", async () => {
      const key = await anonymous();
      const send = post("/limited");
      const first = await begin(send, { change: "sign in", key });
      const second = await begin(send, { change: "sign in", key });
      const answers = [await first.finish(), await second.finish()] as const;
      expect(answers.map(({ status }) => status)).toEqual([200, 200]);
      expect(await userOf(cookieAfter(key, [answers[0], answers[1]]))).toBe("user 8");
      expect(await userOf(cookieAfter(key, [answers[1], answers[0]]))).toBe("user nobody");
      expect(await running().database.prisma.session.count()).toBe(1);
    });
  });
