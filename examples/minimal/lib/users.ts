import { randomBytes, scryptSync, timingSafeEqual } from "node:crypto";

// This example has one user. Your app reads users from the database, or asks an identity provider.
const salt = randomBytes(16);
const ada = { id: 1, email: "ada@example.com", passwordHash: scryptSync("correct horse", salt, 32) };

export function authenticate(email: string, password: string): { id: number } | null {
  const isCorrect = timingSafeEqual(scryptSync(password, salt, 32), ada.passwordHash);
  return isCorrect && email === ada.email ? ada : null;
}
