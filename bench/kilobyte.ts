import { createHash } from "node:crypto";
import type { Sessions } from "prisma-db-session";

export const SECRET = "a-secret-for-benchmarks-of-32-characters-or-more";

/** A session of about a kilobyte, as a shop has it. */
export const KILOBYTE = {
  userId: 4711,
  visits: 0,
  locale: "en-GB",
  cart: Array.from({ length: 8 }, (_, i) => ({ product: `product-${i}`, title: "x".repeat(40), count: i + 1 })),
  seen: Array.from({ length: 20 }, (_, i) => 1000 + i),
};

/** A new session of that size, saved. */
export async function savedKilobyte({ open }: Pick<Sessions, "open">) {
  const session = open();
  session.update(KILOBYTE);
  await session.save();
  return session;
}

/** What the data column begins with before the text: the version and the signature. */
export const PREFIX_LENGTH = 68;

/** The text of another save: of the same length, and different from its beginning on, like a signed text. */
export const textOf = (text: string, number: number): string =>
  `v1.${String(number).padStart(64, "0")}${text.slice(67)}`;

export const hashedKey = (sessionKey: string | null): string =>
  `sha256.${createHash("sha256").update(String(sessionKey)).digest("hex")}`;
