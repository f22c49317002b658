"use server";

import { redirect } from "next/navigation";
import { revoke, withSession } from "@/lib/session";
import { authenticate } from "@/lib/users";

export const signIn = withSession(async (session, form: FormData) => {
  const user = authenticate(String(form.get("email")), String(form.get("password")));
  if (!user) redirect("/sign-in?failed");
  if (session.has("userId")) await session.flush(); // drops the data of the user before
  await session.markAuthenticated({ userId: user.id }); // the session gets a new key
  redirect("/");
});

export const signOut = withSession(async (session) => {
  await session.flush(); // deletes the row, the cookie and the data
  redirect("/sign-in");
});

export const signOutEverywhere = withSession(async (session) => {
  const userId = session.get("userId");
  if (userId !== undefined) await revoke({ userId }); // all browsers, also one with a copied cookie
  await session.flush(); // deletes the cookie and the data of this browser
  redirect("/sign-in");
});
