"use server";

import { redirect } from "next/navigation";
import type { DbSession } from "prisma-db-session";
import { MAX_QUANTITY, quantityOf, setQuantity } from "../lib/cart.ts";
import { findProduct, type Product } from "../lib/products.ts";
import { safePath } from "../lib/safe-path.ts";
import { getSession, isSessionEnded, type ShopSession } from "../lib/session.ts";
import { authenticate } from "../lib/users.ts";

/** What a form says after it was sent. */
export interface Outcome {
  readonly ok: boolean;
  readonly message: string;
}

export interface SignInOutcome extends Outcome {
  /** Given back, since a form is emptied when it was sent. */
  readonly email: string;
}

export async function addToCart(_previous: Outcome | null, form: FormData): Promise<Outcome> {
  const session = await getSession();
  return changeCart(session, form, (product) => quantityOf(session, product) + 1);
}

export async function changeQuantity(_previous: Outcome | null, form: FormData): Promise<Outcome> {
  const given = String(form.get("quantity") ?? "");
  return changeCart(await getSession(), form, () => (/^\d{1,3}$/.test(given) ? Number(given) : Number.NaN));
}

export async function signIn(_previous: SignInOutcome | null, form: FormData): Promise<SignInOutcome> {
  const [email = "", password = ""] = ["email", "password"].map((name) => String(form.get(name) ?? ""));
  if (!email || !password) return { ok: false, message: "Enter your email address and your password.", email };
  const user = await authenticate(email, password);
  if (!user) return { ok: false, message: "There is no account with this email address and password.", email };

  const session = await getSession();
  // Nothing of another user's may stay; a visitor's cart may.
  if (session.get("userId", user.id) !== user.id) await session.flush();
  session.set("userId", user.id);
  // A new key at every change of privilege: who knew the visitor's key must not have the user's. The cart comes along.
  await orSignIn(session, () => session.markAuthenticated());
  redirect(safePath(form.get("next")));
}

export async function signOut(): Promise<void> {
  const session = await getSession();
  await session.flush();
  redirect("/");
}

async function changeCart(
  session: DbSession<ShopSession>,
  form: FormData,
  quantityFor: (product: Product) => number,
): Promise<Outcome> {
  const product = findProduct(form.get("product"));
  if (!product) return { ok: false, message: "This shop has no such product." };
  const quantity = quantityFor(product);
  if (!setQuantity(session, product, quantity)) {
    return { ok: false, message: `You can order 1 to ${MAX_QUANTITY} of a kind.` };
  }
  if (!session.isEmpty()) await orSignIn(session, () => session.save()); // no session for taking out what is not there
  return { ok: true, message: `${product.name}: ${quantity || "none"} in your cart.` };
}

/** Where the session was ended while this request was at work, nothing is saved, and the visitor learns why. */
async function orSignIn(session: DbSession<ShopSession>, write: () => Promise<void>): Promise<void> {
  try {
    await write();
  } catch (error) {
    if (!isSessionEnded(error)) throw error;
    await session.flush(); // removes the cookie
    redirect("/sign-in?ended=1");
  }
}
