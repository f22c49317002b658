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
  // The cookie does not tell: its session may be gone.
  const user = await currentUser();
  if (user && again === undefined) redirect(safePath(next));
  // A visitor can make up the address, but not the session.
  const isKept = (await getSession()).has("kept");
  return (
    <Page at="/sign-in" whatHappens={<WhatHappens />}>
      <div className="narrow">
        <h1>{user ? "Is it you?" : "Sign in"}</h1>
        {ended !== undefined && !user && (
          <p className="notice problem" role="alert">
            Your session has ended. {isKept ? "What you entered is kept:" : "Nothing was changed:"} please sign in
            again.
          </p>
        )}
        {user && <p className="lead">You signed in some time ago. Please enter your password again.</p>}
        <SignInForm next={safePath(next)} email={user?.email} demo={demoAccount} />
      </div>
    </Page>
  );
}

function WhatHappens() {
  return (
    <>
      <p>
        <code>markAuthenticated()</code> gives your session a new key, in one statement with your user id. The old key
        opens nothing. This prevents session fixation.
      </p>
      <p>What is in your cart stays in it.</p>
    </>
  );
}
