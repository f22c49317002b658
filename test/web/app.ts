import type { SessionsOptions } from "prisma-db-session";
import { createWebSessions } from "prisma-db-session/web";
import { notingStore } from "../noting-store.ts";
import { SECRET, type ShopData, testClock } from "../support.ts";

const URL_OF_APP = "https://shop.example/";

/** A request, with the header of the browser's cookies, if it has any. */
export const requestWith = (cookie?: string) =>
  new Request(URL_OF_APP, cookie === undefined ? {} : { headers: { cookie } });

/** Sessions on a memory store that notes its calls. */
export function webApp(options: Partial<SessionsOptions<ShopData>> = {}) {
  const { store, calls } = notingStore();
  const clock = testClock();
  const app = createWebSessions<ShopData>({ store, secret: SECRET, now: clock.now, ...options });

  /** Signs a user in, in a request of its own; returns the key. */
  async function signIn(): Promise<string> {
    const session = await app.getSession(requestWith());
    session.set("userId", 7);
    await app.commitSession(session, new Headers());
    calls.length = 0;
    return session.sessionKey as string;
  }

  const inSeconds = (seconds: number) => new Date(clock.now().getTime() + seconds * 1000);
  return { ...app, store, calls, clock, inSeconds, signIn };
}

type App = ReturnType<typeof webApp>;

export const lost = new Error("connection lost");

/** One request: the session of its cookie, what a handler does with it, and the headers of the response. */
export async function respond(
  app: App,
  cookie: string | undefined,
  handle: (session: Awaited<ReturnType<App["getSession"]>>) => unknown = () => {},
  headers = new Headers(),
) {
  const session = await app.getSession(requestWith(cookie));
  await handle(session);
  await app.commitSession(session, headers);
  return { session, headers, setCookies: headers.getSetCookie() };
}
