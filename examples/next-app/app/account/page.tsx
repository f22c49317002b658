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
    <Page at="/account">
      <div className="column">
        <h1>Hello, {user.name}.</h1>
        <section className="panel">
          <p>
            You are signed in as <strong>{user.email}</strong>. When you signed in, your session got a new key, and what
            was in your cart came along.
          </p>
          <p className="links">
            <Link href="/account/devices">Your devices</Link>
            <Link href="/inside">What the database knows</Link>
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
