import { createHash } from "node:crypto";
import type { Sessions } from "prisma-db-session";

export const SECRET = "a-secret-for-benchmarks-of-32-characters-or-more";

/** The data of a shop's session: 841 bytes as JSON, and about 1 KB with what the package adds. */
export const KILOBYTE = {
  userId: 4711,
  visits: 0,
  locale: "en-GB",
  cart: Array.from({ length: 8 }, (_, i) => ({ product: `product-${i}`, title: "x".repeat(40), count: i + 1 })),
  seen: Array.from({ length: 20 }, (_, i) => 1000 + i),
};

/** Creates and saves a session with {@link KILOBYTE}. */
export async function savedKilobyte({ open }: Pick<Sessions, "open">) {
  const session = open();
  session.update(KILOBYTE);
  await session.save();
  return session;
}

/** The length of the version and the signature before the text in the data column. */
export const PREFIX_LENGTH = 68;

/** The number of first characters of the old data that the guard of a save compares. */
export const GUARD_LENGTH = 45;

/** As many writes as a session keeps in its log. */
export const WRITES_IN_LOG = 8;

/** A text like that of another save: of the same length, with other first characters. */
export const textOf = (text: string, number: number): string =>
  `v1.${String(number).padStart(64, "0")}${text.slice(67)}`;

export const hashedKey = (sessionKey: string | null): string =>
  `sha256.${createHash("sha256").update(String(sessionKey)).digest("hex")}`;
