import { KILOBYTE } from "../../../../../kilobyte";
import { answer, nextVisit } from "../../../lib/answer";
import { getSession, withSession } from "../../../lib/this";

export const PUT = withSession(async (session) => {
  await session.markAuthenticated(KILOBYTE);
  return answer(true);
});

export async function GET() {
  const session = await getSession();
  return answer(session.has("userId"));
}

export const POST = withSession(async (session) => {
  session.set("visits", nextVisit());
  return answer(session.has("userId"));
});
