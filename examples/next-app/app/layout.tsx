import type { Metadata, Viewport } from "next";
import Link from "next/link";
import type { ReactNode } from "react";
import { readCart } from "../lib/cart.ts";
import { getSession } from "../lib/session.ts";
import { currentUser } from "../lib/users.ts";
import "./globals.css";

export const metadata: Metadata = {
  title: { default: "Small Hours", template: "%s · Small Hours" },
  description: "A few good things for a desk. An example of prisma-db-session.",
};

export const viewport: Viewport = {
  colorScheme: "light dark",
  themeColor: [
    { media: "(prefers-color-scheme: light)", color: "#faf6f0" },
    { media: "(prefers-color-scheme: dark)", color: "#181614" },
  ],
};

export default async function Layout({ children }: { children: ReactNode }) {
  const { count } = readCart(await getSession());
  const user = await currentUser();
  return (
    <html lang="en">
      <body>
        <a className="skip" href="#content">
          Skip to the content
        </a>
        <header className="bar">
          <Link className="brand" href="/">
            <Moon />
            Small Hours
          </Link>
          <nav aria-label="Main">
            <Link href="/inside">Inside</Link>
            {user ? <Link href="/account">{user.name}</Link> : <Link href="/sign-in">Sign in</Link>}
            <Link className="cart-link" href="/cart">
              Cart
              <span className="badge" data-empty={count === 0}>
                {count}
                <span className="unseen"> {count === 1 ? "item" : "items"}</span>
              </span>
            </Link>
          </nav>
        </header>
        <main id="content" tabIndex={-1}>
          {children}
        </main>
        <footer className="foot">
          <p>
            An example of <strong>prisma-db-session</strong>. Nothing here is for sale.
          </p>
          <p>
            <a href="/api/cart">Your cart as JSON</a>
          </p>
        </footer>
      </body>
    </html>
  );
}

function Moon() {
  return (
    <svg viewBox="0 0 24 24" width="22" height="22" aria-hidden="true">
      <circle cx="12" cy="12" r="11" fill="var(--accent)" />
      <circle cx="16.5" cy="9.5" r="8" fill="var(--page)" />
    </svg>
  );
}
