// A message that an action leaves in the session, and that the next page shows once. A page cannot
// remove it, because rendering writes nothing. So the proxy takes the message out of the session
// before Next.js renders the page, and passes it on in a header.
import { headers } from "next/headers";
import { redirect } from "next/navigation";
import type { DbSession } from "prisma-db-session";
import type { ShopSession } from "./session.ts";

/** Marks an address whose page shows a notice. For other addresses the proxy reads no session. */
export const NOTICE_PARAMETER = "notice";

/** A header that the proxy sets for the page. */
const NOTICE_HEADER = "x-shop-notice";

/**
 * Leaves a message for the page at this path.
 *
 * @returns the address to redirect to, after the session is saved
 */
export function leaveNotice(session: DbSession<ShopSession>, path: string, message: string): string {
  session.flash("notice", message);
  return `${path}${path.includes("?") ? "&" : "?"}${NOTICE_PARAMETER}=1`;
}

/** For `withSession`, which saves the message before the redirect. */
export function redirectWithNotice(session: DbSession<ShopSession>, path: string, message: string): never {
  redirect(leaveNotice(session, path, message));
}

/**
 * For the proxy: takes the message out of the session. `undefined` if the session has no message.
 */
export async function takeNotice(session: DbSession<ShopSession>): Promise<string | undefined> {
  const message = session.flash("notice");
  if (typeof message !== "string") return undefined;
  try {
    await session.save();
  } catch (error) {
    if ((error as { code?: unknown }).code !== "SESSION_UPDATE") throw error;
    return undefined; // the session has just ended, so the page will find none either
  }
  return message;
}

/** For the proxy: the headers for the page. A message that the browser sent itself is removed. */
export function headersWithNotice(given: Headers, message: string | undefined): Headers {
  const headers = new Headers(given);
  if (message === undefined) headers.delete(NOTICE_HEADER);
  else headers.set(NOTICE_HEADER, encodeURIComponent(message));
  return headers;
}

/** For the page: the message to show. */
export async function noticeToShow(): Promise<string | undefined> {
  const message = (await headers()).get(NOTICE_HEADER);
  if (message === null) return undefined;
  try {
    return decodeURIComponent(message);
  } catch {
    return undefined; // the proxy did not run, so the browser sent this text itself
  }
}
