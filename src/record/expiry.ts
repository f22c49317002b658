import { EXPIRY } from "./reserved.ts";
import type { SessionConfig } from "./session-config.ts";

/**
 * The expiry of one session alone: a number of seconds after its last save, or a fixed date. The
 * number 0 means "when the browser closes": the row then lives for `maxAge`. `null` means "as the
 * options say".
 */
export type Expiry = number | Date | null;

type Dictionary = ReadonlyMap<string, unknown>;

/**
 * Browsers keep no cookie longer than 400 days (RFC 6265bis), and some refuse one that asks for
 * more.
 */
export const MAX_COOKIE_SECONDS = 400 * 86_400;

/** The dates that fit the date columns of every database. */
const EARLIEST = 0;
const LATEST = Date.UTC(10_000, 0, 1) - 1;

/** Seconds, rounded down, as in Django. */
export function expiryAge(expiry: Expiry, modification: Date, maxAge: number): number {
  if (expiry instanceof Date) return Math.floor((expiry.getTime() - modification.getTime()) / 1000);
  return expiry || maxAge;
}

export function expiryDate(expiry: Expiry, modification: Date, maxAge: number): Date {
  const time = expiry instanceof Date ? expiry.getTime() : modification.getTime() + (expiry || maxAge) * 1000;
  return new Date(Math.max(EARLIEST, Math.min(time, LATEST)));
}

/** This comparison counts an invalid date as past. */
export const isLive = ({ expireDate }: { readonly expireDate: Date }, now: Date): boolean => expireDate > now;

/**
 * When a session expires if it is written at the modification: never later than `absoluteMaxAge`
 * allows.
 * @param startedAt Where its absolute lifetime began, in milliseconds since 1970. `undefined`: at
 *   the modification.
 */
export function sessionExpiryDate(
  data: Dictionary,
  startedAt: number | undefined,
  modification: Date,
  config: SessionConfig,
): Date {
  const own = expiryDate(ownExpiry(data), modification, config.maxAge);
  const end = absoluteEnd(startedAt ?? modification.getTime(), config);
  return end && end < own ? end : own;
}

/** Whether the browser is to forget the cookie when it closes. */
export function expiresWithBrowser(data: Dictionary, config: SessionConfig): boolean {
  const expiry = ownExpiry(data);
  return expiry === null ? config.expireAtBrowserClose : expiry === 0;
}

/** When `absoluteMaxAge` ends a session that started at a time. `undefined` without the option. */
export function absoluteEnd(startedAt: number, { absoluteMaxAge }: SessionConfig): Date | undefined {
  if (absoluteMaxAge === undefined) return undefined;
  return new Date(Math.min(startedAt + absoluteMaxAge * 1000, LATEST));
}

/** The expiry that {@link encodeExpiry} left in the data. Anything else counts as none. */
export function ownExpiry(data: Dictionary): Expiry {
  const value = data.get(EXPIRY);
  if (typeof value === "number") return Number.isFinite(value) ? value : null;
  if (typeof value !== "string") return null;
  const date = new Date(value);
  return Number.isNaN(date.getTime()) ? null : date;
}

/** An expiry as it stands in the data: dates as ISO 8601 text, which every codec can hold. */
export function encodeExpiry(expiry: number | Date): number | string {
  return expiry instanceof Date ? expiry.toISOString() : expiry;
}

/**
 * @throws TypeError for anything but a number of seconds, a date of the years 1970 to 9999, or
 *   `null`
 */
export function checkExpiry(value: unknown): asserts value is Expiry {
  const isTooLong = Number.isFinite(value) && Number(value) > MAX_COOKIE_SECONDS;
  const isDate = value instanceof Date && value.getTime() >= EARLIEST && value.getTime() <= LATEST;
  if (value === null || isDate || (Number.isFinite(value) && !isTooLong)) return;
  const range = isTooLong ? `at most ${MAX_COOKIE_SECONDS} seconds (400 days)` : EXPIRIES;
  const hint = isTooLong ? " Did you mean milliseconds?" : "";
  throw new TypeError(`setExpiry(): the expiry must be ${range}, but it is ${String(value)}.${hint}`);
}

const EXPIRIES = "seconds, a Date of the years 1970 to 9999, 0 (until the browser closes) or null (as the options say)";
