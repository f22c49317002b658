import type { Metadata } from "next";
import Link from "next/link";
import { redirect } from "next/navigation";
import { Page } from "../../components/page.tsx";
import { getSession } from "../../lib/session.ts";
import { currentUser } from "../../lib/users.ts";
import { changeNote, signOut } from "../actions.ts";

export const metadata: Metadata = { title: "Account" };

export default async function AccountPage() {
  const user = await currentUser();
  if (!user) redirect("/sign-in?next=/account");
  const draft = (await getSession()).get("draft")?.note;
  return (
    <Page at="/account" whatHappens={<WhatHappens />}>
      <div className="column">
        <h1>Hello, {user.name}.</h1>
        <section className="panel">
          <p>
            Your email address is <strong>{user.email}</strong>.
          </p>
          <p className="links">
            <Link href="/account/devices">Your devices</Link>
          </p>
        </section>
        <form className="panel fields" action={changeNote}>
          <input type="hidden" name="user" value={user.id} />
          <label>
            Note for the courier
            <textarea
              key={draft ?? user.note}
              name="note"
              rows={3}
              maxLength={300}
              defaultValue={draft ?? user.note ?? ""}
            />
          </label>
          {draft !== undefined && <p className="message">This is what you typed. It is not saved yet.</p>}
          <button type="submit" className="button">
            Save the note
          </button>
        </form>
        <form action={signOut}>
          <button type="submit" className="button plain">
            Sign out
          </button>
        </form>
      </div>
    </Page>
  );
}

function WhatHappens() {
  return (
    <>
      <p>
        The proxy calls <code>hasSessionCookie()</code> and redirects visitors without a cookie. The page itself checks
        the session.
      </p>
      <p>If the session ends while you type the note, the text is there again after the next sign-in.</p>
      <p>
        “Sign out” calls <code>flush()</code>. It deletes the row, the data and the cookie.
      </p>
    </>
  );
}
