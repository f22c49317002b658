// A message that is set by an action, and shown once by the page that the action redirects to. A page cannot consume it, for rendering
// writes nothing. The proxy can: it takes the message out of the session before the page is rendered, and hands it on in a header.
import { headers } from "next/headers";
import { redirect } from "next/navigation";
import type { DbSession } from "prisma-db-session";
import type { ShopSession } from "./session.ts";

/** In the address that an action redirects to, so that all other requests cost the proxy no session. */
export const NOTICE_PARAMETER = "notice";

/** Of the request that the proxy hands on to the page. */
const NOTICE_HEADER = "x-shop-notice";

/** To be called within `withSession`, which saves the message before it lets the redirect go on. */
export function redirectWithNotice(session: DbSession<ShopSession>, path: string, message: string): never {
  session.flash("notice", message);
  redirect(`${path}?${NOTICE_PARAMETER}=1`);
}

/** For the proxy: the message, taken out of the session. Without one, nothing has been saved. */
export async function takeNotice(session: DbSession<ShopSession>): Promise<string | undefined> {
  const message = session.flash("notice");
  if (typeof message !== "string") return undefined;
  try {
    await session.save();
  } catch (error) {
    if ((error as { code?: unknown }).code !== "SESSION_UPDATE") throw error;
    return undefined; // the session has ended at this very moment, and the page will find none
  }
  return message;
}

/** For the proxy: the headers that the page gets. What the browser itself has sent as a message does not count. */
export function headersWithNotice(given: Headers, message: string | undefined): Headers {
  const headers = new Headers(given);
  if (message === undefined) headers.delete(NOTICE_HEADER);
  else headers.set(NOTICE_HEADER, encodeURIComponent(message));
  return headers;
}

/** For the page: the message that it is to show. */
export async function noticeToShow(): Promise<string | undefined> {
  const message = (await headers()).get(NOTICE_HEADER);
  if (message === null) return undefined;
  try {
    return decodeURIComponent(message);
  } catch {
    return undefined; // where no proxy runs, the browser may have sent anything
  }
}
