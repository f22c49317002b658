import { Answer, nextVisit } from "../../../lib/answer";
import { getSession } from "../../../lib/iron";

async function visit() {
  "use server";
  const session = await getSession();
  session.visits = nextVisit();
  await session.save();
}

export default async function Page() {
  const session = await getSession();
  return <Answer isSignedIn={session.userId !== undefined} action={visit} />;
}
