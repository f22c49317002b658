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

/** The user who is signed in, or `null`. One query for each rendering, and none for visitors. */
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

/** Creates the demo account, the only one of this shop, if it does not exist. */
export async function seedDemoAccount(): Promise<void> {
  const { email, name, password } = demoAccount;
  if (await prisma.user.findUnique({ where: { email } })) return;
  const passwordHash = await hashPassword(password);
  // An upsert, because another process may create it at the same time.
  await prisma.user.upsert({ where: { email }, create: { email, name, passwordHash }, update: {} });
}
