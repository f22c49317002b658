import { cookies } from "next/headers";
import { answer } from "../../../lib/answer";

export async function GET() {
  await cookies(); // else Next.js could answer from its cache
  return answer(true);
}

export const POST = async () => answer(true);
export const PUT = async () => answer(true);
