import { createSessions, type DbSession } from "prisma-db-session";
import { type SignedInCookie, signedInCookie } from "prisma-db-session/testing";
import { storedKey } from "../support.ts";
import { account, SECRET, type Shop } from "./shop.ts";

/**
 * Puts a session into the shop's table, as no visitor can.
 *
 * @returns its key
 */
export async function saveSession(
  shop: Pick<Shop, "client">,
  fill: (session: DbSession) => unknown,
  options: { now?: () => Date } = {},
): Promise<string> {
  const session = createSessions({ model: shop.client.session, secret: SECRET, ...options }).open();
  await fill(session);
  await session.save();
  return session.sessionKey as string;
}

/**
 * Signs the demo account in as the shop's action does: see the example's app/actions.ts.
 *
 * @returns the cookie for the browser
 */
export async function signedInAs(
  shop: Pick<Shop, "client" | "query" | "sql" | "url">,
  userAgent: string,
): Promise<SignedInCookie["cookie"]> {
  const [user] = await shop.query(`SELECT id FROM user WHERE email = '${account.email}'`);
  const data = { userId: Number(user?.id), userAgent, signedInAt: new Date().toISOString() };
  const options = { model: shop.client.session, secret: SECRET, cookie: { secure: false } };
  const { cookie } = await signedInCookie(options, data, { url: shop.url });
  // The option `columns` of the shop fills these. The client of the tests does not have them.
  await shop.sql(`UPDATE session SET user_id = ${data.userId}, user_agent = '${data.userAgent}',
    signed_in_at = '${data.signedInAt.replace("Z", "+00:00")}' WHERE key = '${storedKey(cookie.value)}'`);
  return cookie;
}
