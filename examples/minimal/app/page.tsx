import { redirect } from "next/navigation";
import { signOut, signOutEverywhere } from "@/app/actions";
import { getSession } from "@/lib/session";

export default async function ProtectedPage() {
  const session = await getSession();
  const userId = session.get("userId");
  if (userId === undefined) redirect("/sign-in");
  return (
    <>
      <h1>Protected page</h1>
      <p>You are signed in as user {userId}.</p>
      <form action={signOut}>
        <button type="submit">Sign out</button>
      </form>
      <form action={signOutEverywhere}>
        <button type="submit">Sign out everywhere</button>
      </form>
    </>
  );
}
