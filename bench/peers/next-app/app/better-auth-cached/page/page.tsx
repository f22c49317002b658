import { Answer } from "../../../lib/answer";
import { cachedAuth } from "../../../lib/auth";
import { isSignedIn, visit } from "../../../lib/better-auth";

async function visitPage() {
  "use server";
  await visit(cachedAuth);
}

export default async function Page() {
  return <Answer isSignedIn={await isSignedIn(cachedAuth)} action={visitPage} />;
}
