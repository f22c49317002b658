import { signIn } from "@/app/actions";

export default async function SignInPage({ searchParams }: { searchParams: Promise<{ failed?: string }> }) {
  const { failed } = await searchParams;
  return (
    <>
      <h1>Sign in</h1>
      {failed !== undefined && <p role="alert">The email address or the password is wrong.</p>}
      <form action={signIn}>
        <p>
          <label>
            Email address <input name="email" type="email" autoComplete="username" required />
          </label>
        </p>
        <p>
          <label>
            Password <input name="password" type="password" autoComplete="current-password" required />
          </label>
        </p>
        <button type="submit">Sign in</button>
      </form>
    </>
  );
}
