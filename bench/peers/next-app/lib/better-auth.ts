import { randomUUID } from "node:crypto";
import { headers } from "next/headers";
import { answer, nextVisit } from "./answer";
import type { Auth } from "./auth";

export async function isSignedIn({ api }: Auth): Promise<boolean> {
  return (await api.getSession({ headers: await headers() })) !== null;
}

export async function visit({ api }: Auth): Promise<void> {
  await api.updateSession({ body: { visits: nextVisit() }, headers: await headers() });
}

export const handlersOf = (auth: Auth) => ({
  async PUT() {
    const email = `${randomUUID()}@example.com`;
    await auth.api.signUpEmail({ body: { name: "Ada", email, password: randomUUID() } });
    return answer(true);
  },
  GET: async () => answer(await isSignedIn(auth)),
  async POST() {
    await visit(auth);
    return answer(true);
  },
});
