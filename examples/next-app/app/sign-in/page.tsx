import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { SignInForm } from "../../components/sign-in-form.tsx";
import demoAccount from "../../lib/demo-account.json";
import { safePath } from "../../lib/safe-path.ts";
import { currentUser } from "../../lib/users.ts";

export const metadata: Metadata = { title: "Sign in" };

export default async function SignInPage({ searchParams }: PageProps<"/sign-in">) {
  const { next, ended } = await searchParams;
  if (await currentUser()) redirect(safePath(next));
  return (
    <div className="narrow">
      <h1>Sign in</h1>
      {ended !== undefined && (
        <p className="notice" role="alert">
          Your session has ended, and nothing was saved. Please sign in again.
        </p>
      )}
      <SignInForm next={safePath(next)} demo={demoAccount} />
    </div>
  );
}
