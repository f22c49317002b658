import { createHash } from "node:crypto";

export const SECRET = "a-secret-for-benchmarks-of-32-characters-or-more";

/** A session of about a kilobyte, as a shop has it. */
export const KILOBYTE = {
  userId: 4711,
  visits: 0,
  locale: "en-GB",
  cart: Array.from({ length: 8 }, (_, i) => ({ product: `product-${i}`, title: "x".repeat(40), count: i + 1 })),
  seen: Array.from({ length: 20 }, (_, i) => 1000 + i),
};

/** The text of another save: as long as it was, another from its beginning on, as a signed one is. */
export const textOf = (text: string, number: number): string =>
  `v1.${String(number).padStart(64, "0")}${text.slice(67)}`;

export const hashedKey = (sessionKey: string | null): string =>
  `sha256.${createHash("sha256").update(String(sessionKey)).digest("hex")}`;
