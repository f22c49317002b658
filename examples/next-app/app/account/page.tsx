import type { Metadata } from "next";
import Link from "next/link";
import { redirect } from "next/navigation";
import { currentUser } from "../../lib/users.ts";
import { signOut } from "../actions.ts";

export const metadata: Metadata = { title: "Account" };

export default async function AccountPage() {
  const user = await currentUser();
  if (!user) redirect("/sign-in?next=/account");
  return (
    <div className="narrow">
      <h1>Hello, {user.name}.</h1>
      <section className="panel">
        <p>
          You are signed in as <strong>{user.email}</strong>. When you signed in, your session got a new key, and what
          was in your cart came along.
        </p>
        <p>
          <Link href="/inside">See what the database knows of it</Link>
        </p>
      </section>
      <form action={signOut}>
        <button type="submit" className="button plain">
          Sign out
        </button>
      </form>
    </div>
  );
}
