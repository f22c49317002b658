import Link from "next/link";
import type { ReactNode } from "react";
import { readCart } from "../lib/cart.ts";
import { noticeToShow } from "../lib/notice.ts";
import { getSession } from "../lib/session.ts";
import { currentUser } from "../lib/users.ts";

interface Props {
  /** The path of the page, to mark it in the navigation. */
  readonly at?: string;
  /** A message of the page itself, above everything else. */
  readonly notice?: string | undefined;
  /** Whether to show the message that an action has left in the session. */
  readonly showsNotice?: boolean;
  /** For developers: what the session does on this page. */
  readonly whatHappens?: ReactNode;
  readonly children: ReactNode;
}

/** The frame of every page. It is rendered with each page, so the user's name is always current. */
export async function Page({ at, notice: ownNotice, showsNotice = true, whatHappens, children }: Props) {
  const { count } = readCart(await getSession());
  const user = await currentUser();
  const notice = ownNotice ?? (showsNotice ? await noticeToShow() : undefined);
  const to = (path: string) => ({ href: path, "aria-current": path === at ? ("page" as const) : undefined });
  return (
    <>
      <a className="skip" href="#content">
        Skip to the content
      </a>
      <header className="bar">
        <Link className="brand" href="/">
          <Moon />
          Small Hours
        </Link>
        <nav aria-label="Main">
          <Link {...to("/twenty")}>Stress test</Link>
          <Link {...to("/inside")}>Your session</Link>
          {user ? <Link {...to("/account")}>{user.name}’s account</Link> : <Link {...to("/sign-in")}>Sign in</Link>}
        </nav>
        <Link className="cart-link" {...to("/cart")}>
          <span className="label">Cart</span>
          <span className="badge" data-empty={count === 0}>
            {count}
            <span className="unseen"> {count === 1 ? "item" : "items"}</span>
          </span>
        </Link>
      </header>
      <main id="content" className={whatHappens ? "beside" : undefined} tabIndex={-1}>
        {notice && (
          <p className="notice done" role="status">
            {notice}
          </p>
        )}
        {children}
        {whatHappens && <WhatHappens>{whatHappens}</WhatHappens>}
      </main>
      <footer className="foot">
        <p>
          An example of <strong>prisma-db-session</strong>. Nothing here is for sale.
        </p>
        <p>
          <Link href="/docs">Documentation</Link>
        </p>
      </footer>
    </>
  );
}

function WhatHappens({ children }: { children: ReactNode }) {
  return (
    <section className="what-happens" aria-labelledby="what-happens">
      <h2 id="what-happens">What happens here</h2>
      {children}
      <p>
        <Link href="/docs">Read the documentation</Link>
      </p>
    </section>
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
