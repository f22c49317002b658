"use server";

import { headers } from "next/headers";
import { redirect } from "next/navigation";
import type { DbSession } from "prisma-db-session";
import { hasSessionCookie } from "prisma-db-session/edge";
import { cartData, emptyCart, MAX_QUANTITY, quantityOf, readCart, setQuantity } from "../lib/cart.ts";
import { redirectWithNotice } from "../lib/notice.ts";
import { findProduct, type Product, products } from "../lib/products.ts";
import { safePath } from "../lib/safe-path.ts";
import { revoke, type ShopSession, withSession, withStrictSession } from "../lib/session.ts";
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

// These functions are async even where nothing is awaited: a file with "use server" may export no others, as Next.js 15 reads it.

/** A cookie that opens no session stays in the browser until the next write, which is here. */
export const addToCart = withSession(async (session, _previous: Outcome | null, form: FormData): Promise<Outcome> => {
  const hadEnded = session.sessionKey === null && hasSessionCookie({ headers: await headers() });
  const outcome = changeCart(session, form, (product) => quantityOf(session, product) + 1);
  return hadEnded && outcome.ok ? precede("Your session had ended, so this is a new cart.", outcome) : outcome;
});

/** The form names all that is in the cart, so that no other line goes with a session that has ended. */
export const changeQuantity = withSession(
  async (session, _previous: Outcome | null, form: FormData): Promise<Outcome> => {
    const hadEnded = session.sessionKey === null && restoreCart(session, form);
    const given = field(form, "quantity");
    const outcome = changeCart(session, form, () => (/^\d{1,3}$/.test(given) ? Number(given) : Number.NaN));
    return hadEnded ? precede("Your session had ended. What was in your cart is kept.", outcome) : outcome;
  },
);

/** Two clicks at once are one order: the second one finds the cart as the first has left it. */
export async function placeOrder(form: FormData): Promise<void> {
  try {
    await orderOnce(form);
  } catch (error) {
    if ((error as { code?: unknown }).code !== "SESSION_CONFLICT") throw error;
    redirect("/cart");
  }
}

/** This form names all that is in the cart too: it is still there after signing in again. */
const orderOnce = withStrictSession(async (session, form: FormData) => {
  if (!session.has("userId")) {
    if (restoreCart(session, form)) session.set("kept", true);
    redirect("/sign-in?ended=1&next=/cart");
  }
  const { count } = readCart(session);
  if (count === 0) redirect("/cart");
  emptyCart(session); // a real shop calls `session.save()` after this, and sends nothing before that has succeeded
  const things = count === 1 ? "One thing is" : `${count} things are`;
  redirectWithNotice(session, "/", `Thank you. ${things} on the way to you, in theory.`);
});

export const signIn = withSession(
  async (session, _previous: SignInOutcome | null, form: FormData): Promise<SignInOutcome> => {
    const [email, password] = [field(form, "email"), field(form, "password")];
    if (!email || !password) return { ok: false, message: "Enter your email address and your password.", email };
    // A real shop limits how often a password may be tried, by the address of the account and by that of the network. This one does not.
    const user = await authenticate(email, password);
    if (!user) return { ok: false, message: "There is no account with this email address and password.", email };

    // Nothing of another user's may stay; a visitor's cart may.
    if (session.get("userId", user.id) !== user.id) await session.flush();
    if (session.get("draft")?.userId !== user.id) session.delete("draft");
    session.delete("kept");
    // A new key at every change of privilege prevents session fixation. If the button was clicked twice, the second click
    // finds the old key gone, and starts a session with what is given here. So the cart is given too.
    await session.markAuthenticated({
      ...cartData(session),
      userId: user.id,
      userAgent: shortUserAgent((await headers()).get("user-agent")),
      signedInAt: new Date().toISOString(),
    });
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
  askAgainUnlessFresh(session);
  const count = await revoke({ userId }, { keyHash });
  redirectWithNotice(
    session,
    "/account/devices",
    count > 0 ? "That device is signed out." : "That device had been signed out already.",
  );
});

export const signOutOthers = withSession(async (session) => {
  const userId = session.get("userId") ?? redirect("/sign-in?ended=1&next=/account/devices");
  askAgainUnlessFresh(session);
  const count = await revoke({ userId }, { except: session });
  redirectWithNotice(
    session,
    "/account/devices",
    `Signed out everywhere else: ${count === 1 ? "one device" : `${count} devices`}.`,
  );
});

/** Who has only stolen a cookie must not sign the other devices out with it. */
function askAgainUnlessFresh(session: Session): void {
  if (!session.isFresh(FRESH)) redirect("/sign-in?again=1&next=/account/devices");
}

/** The note for the courier, which belongs to the user. Who is signed out meanwhile finds it again after signing in. */
export const changeNote = withSession(async (session, form: FormData) => {
  const note = field(form, "note").slice(0, 300);
  const userId = session.get("userId");
  if (userId === undefined) {
    const whose = field(form, "user"); // as the form has it, which anybody may change: to be checked at the sign-in
    if (/^\d{1,9}$/.test(whose)) session.update({ draft: { userId: Number(whose), note }, kept: true });
    redirect("/sign-in?ended=1&next=/account");
  }
  await saveNote(userId, note);
  session.delete("draft");
  redirectWithNotice(session, "/account", "Your note for the courier is saved.");
});

/** Puts the lines that a form names into the cart. Says whether there were any. */
function restoreCart(session: Session, form: FormData): boolean {
  for (const product of products) {
    if (form.has(product.slug)) setQuantity(session, product, Number(field(form, product.slug)));
  }
  return readCart(session).count > 0;
}

function changeCart(session: Session, form: FormData, quantityFor: (product: Product) => number): Outcome {
  const product = findProduct(form.get("product"));
  if (!product) return { ok: false, message: "This shop has no such product." };
  const quantity = quantityFor(product);
  if (!setQuantity(session, product, quantity)) {
    return { ok: false, message: `You can order 1 to ${MAX_QUANTITY} of a kind.` };
  }
  return { ok: true, message: `${product.name}: ${quantity || "none"} in your cart.` };
}

const precede = (sentence: string, { ok, message }: Outcome): Outcome => ({ ok, message: `${sentence} ${message}` });

function field(form: FormData, name: string): string {
  const value = form.get(name);
  return typeof value === "string" ? value : "";
}
