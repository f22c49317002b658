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
    <Page at="/cart" whatHappens={<WhatHappens />}>
      <div className="column">
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
                <Link href="/sign-in?next=/cart">Sign in</Link> to order. Your cart stays as it is.
              </p>
            )}
          </section>
        )}
      </div>
    </Page>
  );
}

function WhatHappens() {
  return (
    <>
      <p>
        Each line of the cart is a key of its own in the session. If two tabs change two lines at once, the package
        keeps both changes. See <code>lib/cart.ts</code>.
      </p>
      <p>
        Two clicks at once place one order, because the order saves with{" "}
        <code>
          onConflict: <wbr />
          "error"
        </code>
        .
      </p>
      <p>
        A route handler reads the same session: <a href="/api/cart">your cart as JSON</a>.
      </p>
    </>
  );
}
