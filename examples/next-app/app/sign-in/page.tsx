import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { Page } from "../../components/page.tsx";
import { SignInForm } from "../../components/sign-in-form.tsx";
import demoAccount from "../../lib/demo-account.json";
import { safePath } from "../../lib/safe-path.ts";
import { getSession } from "../../lib/session.ts";
import { currentUser } from "../../lib/users.ts";

export const metadata: Metadata = { title: "Sign in" };

export default async function SignInPage({ searchParams }: PageProps<"/sign-in">) {
  const { next, ended, again } = await searchParams;
  // By the session, not by the cookie, which may open none.
  const user = await currentUser();
  if (user && again === undefined) redirect(safePath(next));
  // The address is anybody's to make up; the session is not.
  const isKept = (await getSession()).has("kept");
  return (
    <Page at="/sign-in">
      <div className="narrow">
        <h1>{user ? "Is it you?" : "Sign in"}</h1>
        {ended !== undefined && !user && (
          <p className="notice problem" role="alert">
            Your session has ended. {isKept ? "What you entered is kept:" : "Nothing was changed:"} please sign in
            again.
          </p>
        )}
        {user && <p className="lead">You signed in some time ago. Before this, please enter your password again.</p>}
        <SignInForm next={safePath(next)} email={user?.email} demo={demoAccount} />
      </div>
    </Page>
  );
}
