import { randomInt } from "node:crypto";

/** In hex digits, which come in two halves, since small numbers are what JavaScript is fast with. */
export const NONCE_LENGTH = 12;
const HALF = 16 ** (NONCE_LENGTH / 2);

let next: (() => string) | undefined;

/**
 * A text that no write has had before: it counts up from a random number, so within one copy of this module no two are the same, and those
 * of two copies meet as rarely as random ones would. The random number is drawn at the first write, for there is none while Next.js
 * prerenders, where it objects to that.
 */
export function nonce(): string {
  next ??= countFrom(randomInt(HALF), randomInt(HALF));
  return next();
}

/** Counts up from the number with these halves, the first not included, and round and round. */
export function countFrom(high: number, low: number): () => string {
  let highHex = hexOf(high);
  return () => {
    low = (low + 1) % HALF;
    if (low === 0) {
      high = (high + 1) % HALF;
      highHex = hexOf(high);
    }
    return highHex + hexOf(low);
  };
}

const hexOf = (half: number) => half.toString(16).padStart(NONCE_LENGTH / 2, "0");
