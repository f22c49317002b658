import { Answer } from "../../../lib/answer";
import { getSession } from "../../../lib/this";
import { visit } from "./actions";

export default async function Page() {
  const session = await getSession();
  return <Answer isSignedIn={session.has("userId")} action={visit} />;
}
