import { KILOBYTE } from "../../../../../kilobyte";
import { answer, nextVisit } from "../../../lib/answer";
import { getSession } from "../../../lib/iron";

export async function PUT() {
  const session = await getSession();
  Object.assign(session, KILOBYTE);
  await session.save();
  return answer(true);
}

export async function GET() {
  const session = await getSession();
  return answer(session.userId !== undefined);
}

export async function POST() {
  const session = await getSession();
  session.visits = nextVisit();
  await session.save();
  return answer(session.userId !== undefined);
}
