"use server";

import { headers } from "next/headers";
import { redirect } from "next/navigation";
import type { DbSession } from "prisma-db-session";
import { hasSessionCookie } from "prisma-db-session/edge";
import { cartData, emptyCart, MAX_QUANTITY, quantityOf, readCart, setQuantity } from "../lib/cart.ts";
import { leaveNotice, redirectWithNotice } from "../lib/notice.ts";
import { findProduct, type Product, products } from "../lib/products.ts";
import { safePath } from "../lib/safe-path.ts";
import { revoke, type ShopSession, withSession, withStrictSession } from "../lib/session.ts";
import { shortUserAgent } from "../lib/user-agent.ts";
import { authenticate, saveNote } from "../lib/users.ts";

/** What a form shows after it was sent. */
export interface Outcome {
  readonly ok: boolean;
  readonly message: string;
}

export interface SignInOutcome extends Outcome {
  /** To fill in again, because React empties a form when it is sent. */
  readonly email: string;
}

type Session = DbSession<ShopSession>;

/** After this time, in seconds, sensitive actions ask for the password again. */
const FRESH = 15 * 60;

/** The front page says that the user is signed out. */
const SIGNED_OUT = "/?signed-out=1";

// Every export is async, also without an await: Next.js 15 allows nothing else in a file with "use
// server".

/**
 * An ended session leaves its cookie in the browser until the next write. So a cookie without a
 * session tells that one has ended.
 */
export const addToCart = withSession(async (session, _previous: Outcome | null, form: FormData): Promise<Outcome> => {
  const hadEnded = session.sessionKey === null && hasSessionCookie({ headers: await headers() });
  const outcome = changeCart(session, form, (product) => quantityOf(session, product) + 1);
  return hadEnded && outcome.ok ? precede("Your session had ended, so this is a new cart.", outcome) : outcome;
});

/** The form sends the whole cart, so the cart survives the end of the session. */
export const changeQuantity = withSession(
  async (session, _previous: Outcome | null, form: FormData): Promise<Outcome> => {
    const hadEnded = session.sessionKey === null && restoreCart(session, form);
    const given = field(form, "quantity");
    const outcome = changeCart(session, form, () => (/^\d{1,3}$/.test(given) ? Number(given) : Number.NaN));
    return hadEnded ? precede("Your session had ended. What was in your cart is kept.", outcome) : outcome;
  },
);

/** Two clicks at once place one order: the save of the second one throws ConflictError. */
export async function placeOrder(form: FormData): Promise<void> {
  try {
    await orderOnce(form);
  } catch (error) {
    if ((error as { code?: unknown }).code !== "SESSION_CONFLICT") throw error;
    redirect("/cart");
  }
}

/** This form sends the whole cart too, so the cart is there again after the next sign-in. */
const orderOnce = withStrictSession(async (session, form: FormData) => {
  if (!session.has("userId")) {
    if (restoreCart(session, form)) session.set("kept", true);
    redirect("/sign-in?ended=1&next=/cart");
  }
  const { count } = readCart(session);
  if (count === 0) redirect("/cart");
  // A real shop calls `session.save()` after this, and ships nothing before the save has succeeded.
  emptyCart(session);
  const things = count === 1 ? "One thing is" : `${count} things are`;
  redirectWithNotice(session, "/", `Thank you. ${things} on the way to you, in theory.`);
});

export const signIn = withSession(
  async (session, _previous: SignInOutcome | null, form: FormData): Promise<SignInOutcome> => {
    const [email, password] = [field(form, "email"), field(form, "password")];
    if (!email || !password) return { ok: false, message: "Enter your email address and your password.", email };
    // A real shop limits the attempts for each account and each IP address. This one does not.
    const user = await authenticate(email, password);
    if (!user) return { ok: false, message: "There is no account with this email address and password.", email };

    // Drops the data of another user, but keeps the cart of a visitor.
    if (session.get("userId", user.id) !== user.id) await session.flush();
    if (session.get("draft")?.userId !== user.id) session.delete("draft");
    session.delete("kept");
    const address = leaveNotice(session, safePath(form.get("next")), `You are signed in as ${user.name}.`);
    // A new key at every change of privilege prevents session fixation. If the button is clicked
    // twice, the row of the old key is gone, and the second click starts a session with exactly
    // this data. So pass the cart too.
    await session.markAuthenticated({
      ...cartData(session),
      userId: user.id,
      userAgent: shortUserAgent((await headers()).get("user-agent")),
      signedInAt: new Date().toISOString(),
    });
    redirect(address);
  },
);

export const signOut = withSession(async (session) => {
  await session.flush();
  redirect(SIGNED_OUT);
});

/** Signs out one of the user's devices. */
export const signOutDevice = withSession(async (session, form: FormData) => {
  const userId = session.get("userId") ?? redirect("/sign-in?ended=1&next=/account/devices");
  const keyHash = field(form, "device");
  if (keyHash === session.keyHash) {
    await session.flush();
    redirect(SIGNED_OUT);
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
  await session.cycleKey(); // a new key signs out an attacker who has copied this cookie
  const count = await revoke({ userId }, { except: session });
  redirectWithNotice(
    session,
    "/account/devices",
    `Signed out everywhere else: ${count === 1 ? "one device" : `${count} devices`}.`,
  );
});

/** A stolen cookie alone must not be enough to sign out the other devices. */
function askAgainUnlessFresh(session: Session): void {
  if (!session.isFresh(FRESH)) redirect("/sign-in?again=1&next=/account/devices");
}

/**
 * Saves the user's note for the courier. If the session has ended, the text is there again after
 * the next sign-in.
 */
export const changeNote = withSession(async (session, form: FormData) => {
  const note = field(form, "note").slice(0, 300);
  const userId = session.get("userId");
  if (userId === undefined) {
    // An attacker can forge this field, so the sign-in checks the owner of the draft.
    const whose = field(form, "user");
    if (/^\d{1,9}$/.test(whose)) session.update({ draft: { userId: Number(whose), note }, kept: true });
    redirect("/sign-in?ended=1&next=/account");
  }
  await saveNote(userId, note);
  session.delete("draft");
  redirectWithNotice(session, "/account", "Your note for the courier is saved.");
});

/** Puts the lines that a form sends into the cart. @returns whether the cart has any lines now */
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
