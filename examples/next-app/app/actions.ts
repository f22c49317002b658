"use server";

import { headers } from "next/headers";
import { redirect } from "next/navigation";
import type { DbSession } from "prisma-db-session";
import { hasSessionCookie } from "prisma-db-session/edge";
import { emptyCart, MAX_QUANTITY, quantityOf, readCart, setQuantity } from "../lib/cart.ts";
import { redirectWithNotice } from "../lib/notice.ts";
import { findProduct, type Product, products } from "../lib/products.ts";
import { safePath } from "../lib/safe-path.ts";
import { revoke, type ShopSession, withSession } from "../lib/session.ts";
import { shortUserAgent } from "../lib/user-agent.ts";
import { authenticate, saveNote } from "../lib/users.ts";

/** What a form says after it was sent. */
export interface Outcome {
  readonly ok: boolean;
  readonly message: string;
}

export interface SignInOutcome extends Outcome {
  /** Given back, since a form is emptied when it was sent. */
  readonly email: string;
}

type Session = DbSession<ShopSession>;

/** In seconds: what is sensitive asks for the password again after this time. */
const FRESH = 15 * 60;

export const addToCart = withSession((session, _previous: Outcome | null, form: FormData) =>
  changeCart(session, form, (product) => quantityOf(session, product) + 1),
);

export const changeQuantity = withSession((session, _previous: Outcome | null, form: FormData) => {
  const given = field(form, "quantity");
  return changeCart(session, form, () => (/^\d{1,3}$/.test(given) ? Number(given) : Number.NaN));
});

/** The form names what is in the cart, so that it is still there after signing in again, should the session have ended. */
export const placeOrder = withSession((session, form: FormData) => {
  if (!session.has("userId")) {
    for (const product of products) setQuantity(session, product, Number(field(form, product.slug)));
    redirect("/sign-in?ended=1&next=/cart");
  }
  const { count } = readCart(session);
  if (count === 0) redirect("/cart");
  emptyCart(session);
  const things = count === 1 ? "One thing is" : `${count} things are`;
  redirectWithNotice(session, "/", `Thank you. ${things} on the way to you, in theory.`);
});

export const signIn = withSession(
  async (session, _previous: SignInOutcome | null, form: FormData): Promise<SignInOutcome> => {
    const [email, password] = [field(form, "email"), field(form, "password")];
    if (!email || !password) return { ok: false, message: "Enter your email address and your password.", email };
    const user = await authenticate(email, password);
    if (!user) return { ok: false, message: "There is no account with this email address and password.", email };

    // Nothing of another user's may stay; a visitor's cart may.
    if (session.get("userId", user.id) !== user.id) await session.flush();
    if (session.get("draft")?.userId !== user.id) session.delete("draft");
    session.update({
      userId: user.id,
      userAgent: shortUserAgent((await headers()).get("user-agent")),
      signedInAt: new Date().toISOString(),
    });
    // A new key at every change of privilege: who knew the visitor's key must not have the user's. The cart comes along.
    await session.markAuthenticated();
    redirect(safePath(form.get("next")));
  },
);

export const signOut = withSession(async (session) => {
  await session.flush();
  redirect("/");
});

/** One of the user's devices. */
export const signOutDevice = withSession(async (session, form: FormData) => {
  const userId = session.get("userId") ?? redirect("/sign-in?ended=1&next=/account/devices");
  const keyHash = field(form, "device");
  if (keyHash === session.keyHash) {
    await session.flush();
    redirect("/");
  }
  const count = await revoke({ userId }, { keyHash });
  redirectWithNotice(
    session,
    "/account/devices",
    count > 0 ? "That device is signed out." : "That device had been signed out already.",
  );
});

export const signOutOthers = withSession(async (session) => {
  const userId = session.get("userId") ?? redirect("/sign-in?ended=1&next=/account/devices");
  if (!session.isFresh(FRESH)) redirect("/sign-in?again=1&next=/account/devices");
  const count = await revoke({ userId }, { except: session });
  redirectWithNotice(
    session,
    "/account/devices",
    `Signed out everywhere else: ${count === 1 ? "one device" : `${count} devices`}.`,
  );
});

/** The note for the courier, which belongs to the user. Who is signed out meanwhile finds it again after signing in. */
export const changeNote = withSession(async (session, form: FormData) => {
  const note = field(form, "note").slice(0, 300);
  const userId = session.get("userId");
  if (userId === undefined) {
    session.set("draft", { userId: Number(field(form, "user")), note });
    redirect("/sign-in?ended=1&next=/account");
  }
  await saveNote(userId, note);
  session.delete("draft");
  redirectWithNotice(session, "/account", "Your note for the courier is saved.");
});

async function changeCart(
  session: Session,
  form: FormData,
  quantityFor: (product: Product) => number,
): Promise<Outcome> {
  const product = findProduct(form.get("product"));
  if (!product) return { ok: false, message: "This shop has no such product." };
  const isNew = session.sessionKey === null && hasSessionCookie({ headers: await headers() });
  const quantity = quantityFor(product);
  if (!setQuantity(session, product, quantity)) {
    return { ok: false, message: `You can order 1 to ${MAX_QUANTITY} of a kind.` };
  }
  const message = `${product.name}: ${quantity || "none"} in your cart.`;
  return { ok: true, message: isNew ? `Your session had ended, so this is a new cart. ${message}` : message };
}

function field(form: FormData, name: string): string {
  const value = form.get(name);
  return typeof value === "string" ? value : "";
}
