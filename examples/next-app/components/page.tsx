import Link from "next/link";
import type { ReactNode } from "react";
import { readCart } from "../lib/cart.ts";
import { noticeToShow } from "../lib/notice.ts";
import { getSession } from "../lib/session.ts";
import { currentUser } from "../lib/users.ts";

interface Props {
  /** The path of the page, to mark it in the navigation. */
  readonly at?: string;
  /** Whether to show the message that an action has left for the page. */
  readonly showsNotice?: boolean;
  readonly children: ReactNode;
}

/** What is around every page: it is rendered with it each time, so that it says who is signed in now. */
export async function Page({ at, showsNotice = true, children }: Props) {
  const { count } = readCart(await getSession());
  const user = await currentUser();
  const notice = showsNotice ? await noticeToShow() : undefined;
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
          <Link {...to("/twenty")}>Twenty</Link>
          <Link {...to("/inside")}>Inside</Link>
          {user ? <Link {...to("/account")}>{user.name}</Link> : <Link {...to("/sign-in")}>Sign in</Link>}
          <Link className="cart-link" {...to("/cart")}>
            Cart
            <span className="badge" data-empty={count === 0}>
              {count}
              <span className="unseen"> {count === 1 ? "item" : "items"}</span>
            </span>
          </Link>
        </nav>
      </header>
      <main id="content" tabIndex={-1}>
        {notice && (
          <p className="notice done" role="status">
            {notice}
          </p>
        )}
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
    </>
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
