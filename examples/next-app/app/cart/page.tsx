import type { Metadata } from "next";
import Link from "next/link";
import { CartLines, LineInputs } from "../../components/cart-lines.tsx";
import { Page } from "../../components/page.tsx";
import { readCart } from "../../lib/cart.ts";
import { formatPrice } from "../../lib/products.ts";
import { getSession } from "../../lib/session.ts";
import { currentUser } from "../../lib/users.ts";
import { placeOrder } from "../actions.ts";

export const metadata: Metadata = { title: "Cart" };

export default async function CartPage() {
  const { lines, count, total } = readCart(await getSession());
  const user = await currentUser();
  return (
    <Page at="/cart">
      <h1>Your cart</h1>
      <CartLines lines={lines} />
      {count === 0 ? (
        <p className="empty">
          Nothing in it yet. <Link href="/">Have a look around</Link>.
        </p>
      ) : (
        <section className="total" aria-label="Total">
          <p>
            {count} {count === 1 ? "item" : "items"}
          </p>
          <p className="sum">{formatPrice(total)}</p>
          {user ? (
            <form className="order" action={placeOrder}>
              <LineInputs lines={lines} />
              <button type="submit" className="button">
                Place the order
              </button>
            </form>
          ) : (
            <p className="aside">
              <Link href="/sign-in?next=/cart">Sign in</Link> to order. The cart comes along, under a new session key.
            </p>
          )}
        </section>
      )}
    </Page>
  );
}
