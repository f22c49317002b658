import { MAX_COOKIE_SECONDS } from "../record/expiry.ts";
import type { CookieAttributes } from "./cookie-attributes.ts";

/**
 * For how many seconds a browser keeps the cookie of a row: as long as the row lives, but at most
 * 400 days.
 */
export function cookieMaxAge(expires: Date, now: Date): number {
  const seconds = Math.ceil((expires.getTime() - now.getTime()) / 1000);
  return Math.max(0, Math.min(seconds, MAX_COOKIE_SECONDS));
}

/**
 * A `Set-Cookie` header with a session key.
 * @param expires `null`: until the browser closes
 */
export function setCookie(attributes: CookieAttributes, sessionKey: string, expires: Date | null, now: Date): string {
  return serialize(attributes, sessionKey, expires && lifetime(expires, now));
}

function lifetime(expires: Date, now: Date) {
  const maxAge = cookieMaxAge(expires, now);
  const latest = now.getTime() + maxAge * 1000;
  return { expires: expires.getTime() > latest ? new Date(latest) : expires, maxAge };
}

/**
 * A `Set-Cookie` header that removes the cookie. A browser finds the cookie by its name, domain and
 * path.
 */
export function removeCookie(attributes: CookieAttributes): string {
  return serialize(attributes, "", { expires: new Date(0), maxAge: 0 });
}

/** Nothing needs escaping: keys have only letters and digits, and the attributes were checked. */
function serialize(
  { name, path, domain, secure, sameSite, partitioned, priority }: CookieAttributes,
  value: string,
  lifetime: { readonly expires: Date; readonly maxAge: number } | null,
): string {
  const parts = [
    `${name}=${value}`,
    domain !== undefined && `Domain=${domain}`,
    `Path=${path}`,
    // A browser prefers `Max-Age`, which does not depend on its clock.
    lifetime && `Expires=${lifetime.expires.toUTCString()}`,
    lifetime && `Max-Age=${lifetime.maxAge}`,
    secure && "Secure",
    "HttpOnly",
    `SameSite=${capitalized(sameSite)}`,
    partitioned && "Partitioned",
    priority && `Priority=${capitalized(priority)}`,
  ];
  return parts.filter(Boolean).join("; ");
}

const capitalized = (word: string) => word.charAt(0).toUpperCase() + word.slice(1);
