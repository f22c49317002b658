import type { WebSessions } from "prisma-db-session/web";

type App = Pick<WebSessions<{ userId: number; cart: string }>, "getSession" | "commitSession">;
type Session = Awaited<ReturnType<App["getSession"]>>;

/** What a browser keeps of the answers it gets, whichever server they come from. */
export interface Browser {
  /** The name and the value of its cookie. */
  readonly cookie: string | undefined;
  /** Sends a request, and returns what the handler found. */
  send<Found>(app: App, handler: (session: Session) => Found | Promise<Found>): Promise<Found>;
  signIn(app: App, userId: number): Promise<void>;
  /** The user that a page finds. */
  visit(app: App): Promise<number | undefined>;
}

export function openBrowser(): Browser {
  let cookie: string | undefined;
  const send: Browser["send"] = async (app, handler) => {
    const session = await app.getSession(
      new Request("http://localhost/", { headers: cookie === undefined ? {} : { cookie } }),
    );
    const found = await handler(session);
    const headers = new Headers();
    await app.commitSession(session, headers);
    for (const line of headers.getSetCookie()) {
      const [pair, ...attributes] = line.split("; ");
      cookie = attributes.some((attribute) => attribute === "Max-Age=0") ? undefined : pair;
    }
    return found;
  };
  return {
    get cookie() {
      return cookie;
    },
    send,
    signIn: (app, userId) => send(app, (session) => session.markAuthenticated({ userId })),
    visit: (app) => send(app, (session) => session.get("userId")),
  };
}
