import { Answer } from "../../../lib/answer";
import { auth } from "../../../lib/auth";
import { isSignedIn, visit } from "../../../lib/better-auth";

async function visitPage() {
  "use server";
  await visit(auth);
}

export default async function Page() {
  return <Answer isSignedIn={await isSignedIn(auth)} action={visitPage} />;
}
