import { cookies } from "next/headers";
import { Answer } from "../../../lib/answer";

async function visit() {
  "use server";
}

export default async function Page() {
  await cookies(); // else Next.js could answer from its cache
  return <Answer isSignedIn action={visit} />;
}
