/** The benchmark finds this text in every answer of a visitor who is signed in. */
const SIGNED_IN = "visitor is signed in";

export const answer = (isSignedIn: boolean) =>
  new Response(isSignedIn ? SIGNED_IN : "signed out", { status: isSignedIn ? 200 : 401 });

export function Answer({ isSignedIn, action }: { isSignedIn: boolean; action: () => Promise<void> }) {
  return (
    <form action={action}>
      <p>{isSignedIn ? SIGNED_IN : "signed out"}</p>
      <button type="submit">Visit</button>
    </form>
  );
}

/** A value that differs from the last one. */
export const nextVisit = () => Math.floor(Math.random() * 1_000_000);
