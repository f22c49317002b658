import type { CookieAttributes } from "./cookie.ts";

/** For how many seconds a browser is to keep a cookie that goes with a row: never less than the row lives. */
export function cookieMaxAge(expires: Date, now: Date): number {
  return Math.max(0, Math.ceil((expires.getTime() - now.getTime()) / 1000));
}

/**
 * A `Set-Cookie` header with a session key.
 * @param expires `null`: until the browser closes
 */
export function setCookie(attributes: CookieAttributes, sessionKey: string, expires: Date | null, now: Date): string {
  return serialize(attributes, sessionKey, expires && { expires, maxAge: cookieMaxAge(expires, now) });
}

/** A `Set-Cookie` header that removes the cookie: with all that it was set with, since otherwise a browser takes it for another one. */
export function removeCookie(attributes: CookieAttributes): string {
  return serialize(attributes, "", { expires: new Date(0), maxAge: 0 });
}

/** Nothing needs escaping: keys have letters and digits only, and the attributes were checked. */
function serialize(
  { name, path, domain, secure, sameSite, partitioned, priority }: CookieAttributes,
  value: string,
  lifetime: { readonly expires: Date; readonly maxAge: number } | null,
): string {
  const parts = [
    `${name}=${value}`,
    domain !== undefined && `Domain=${domain}`,
    `Path=${path}`,
    // Of the two a browser takes the age, which does not depend on its clock.
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
