import { cache } from "react";
import demoAccount from "./demo-account.json";
import { hashPassword, verifyPassword } from "./password.ts";
import { prisma } from "./prisma.ts";
import { getSession } from "./session.ts";

export interface User {
  readonly id: number;
  readonly name: string;
  readonly email: string;
  /** For the courier. */
  readonly note: string | null;
}

const shown = { id: true, name: true, email: true, note: true };

/** Who is signed in; one query per rendering, none for visitors. */
export const currentUser = cache(async (): Promise<User | null> => {
  const userId = (await getSession()).get("userId");
  return userId === undefined ? null : prisma.user.findUnique({ where: { id: userId }, select: shown });
});

export async function authenticate(email: string, password: string): Promise<User | null> {
  const user = await prisma.user.findUnique({ where: { email: email.trim().toLowerCase() } });
  return (await verifyPassword(password, user?.passwordHash)) ? user : null;
}

export async function saveNote(id: number, note: string): Promise<void> {
  await prisma.user.update({ where: { id }, data: { note } });
}

/** Makes the demo account, the only one of this shop, unless it is there. */
export async function seedDemoAccount(): Promise<void> {
  const { email, name, password } = demoAccount;
  if (await prisma.user.findUnique({ where: { email } })) return;
  const passwordHash = await hashPassword(password);
  // An upsert, since another process may be doing the same at this moment.
  await prisma.user.upsert({ where: { email }, create: { email, name, passwordHash }, update: {} });
}
