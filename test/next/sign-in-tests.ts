// Two requests of one browser at once, over HTTP, and the cookie that the browser has in the end.
import { describe, expect, it } from "vitest";
import { storedKey } from "../support.ts";
import type { Running } from "./fixtures/app.ts";
import { visit } from "./fixtures/observe.ts";
import { type Answer, type Asked, callAction, get, post, type Send, sendForm } from "./fixtures/requests.ts";

/** How a form is sent, and the status of an answer that says: this session has ended. */
const WAYS: [name: string, send: Send, ended: number][] = [
  ["a route handler by withSession", post("/with-session/42"), 400],
  ["a route handler by getSession", post("/get-session"), 500],
  ["a server action by withSession", callAction("wrapped"), 500],
  ["a server action by getSession", callAction("byHand"), 500],
  ["a server action without script", sendForm("wrapped"), 500],
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
      it.each(["one after the other", "at once"])("a sign-in sent twice ends signed in: %s", async (how) => {
        const key = await anonymous();
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
        it("an answer that set the cookie under the old key, and arrives after the sign-in's", async () => {
          const key = await anonymous();
          const early = await send(running().url, { change: "set", key });
          const signIn = await send(running().url, { change: "sign in", key });
          const cookie = cookieAfter(key, [signIn, early]);
          expect(cookie).toBe(key);
          expect(await userOf(cookie)).toBe("user nobody");
        });

        it("a request that begins under the old key and writes: a new anonymous session", async () => {
          const key = await anonymous();
          const signIn = await send(running().url, { change: "sign in", key });
          const late = await send(running().url, { change: "set", key });
          const cookie = cookieAfter(key, [signIn, late]);
          expect([key, cookieAfter(key, [signIn])]).not.toContain(cookie);
          expect(cookieAfter(key, [late, signIn])).toBe(cookieAfter(key, [signIn]));
          const { data } = await running().database.prisma.session.findFirstOrThrow({
            where: { key: storedKey(cookie ?? null) },
          });
          expect(data, "nothing of the signed-in session is in it").not.toContain("cart");
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
  });
