import type { CookieAttributes } from "../cookie.ts";
import { SessionReadOnlyError } from "../errors.ts";
import type { SessionCookie } from "../session/session-config.ts";
import { cookieMaxAge } from "../set-cookie.ts";

/** The part of `await cookies()` that is used, typed by its shape, which Next.js 15 and 16 share. */
export interface NextCookies {
  get(name: string): { readonly value: string } | undefined;
  has(name: string): boolean;
  readonly delete: unknown;
  set(name: string, value: string, options: NextCookieOptions): unknown;
}

type NextCookieOptions = Omit<CookieAttributes, "name"> & { readonly maxAge?: number };

/**
 * Whether cookies can be set here. Where they are read-only, Next.js gives one function, which throws, for every method that would change
 * one. To call it would show as much, but where they can be set, it would render the page anew.
 */
export function isWritable(cookies: NextCookies): boolean {
  const { set, delete: remove }: { set: unknown; delete: unknown } = cookies;
  return set !== remove;
}

/** The session cookie in the cookies of one request. */
export function nextCookie(
  cookies: NextCookies,
  { name, ...attributes }: CookieAttributes,
  now: () => Date,
): SessionCookie {
  const write = (value: string, lifetime: { readonly maxAge?: number }) => {
    try {
      cookies.set(name, value, { ...attributes, ...lifetime });
    } catch (error) {
      throw isReadOnly(error) ? readOnlyError(error) : error;
    }
  };
  return {
    checkWritable() {
      if (!isWritable(cookies)) throw readOnlyError();
    },
    set(sessionKey, expires) {
      write(sessionKey, expires ? { maxAge: cookieMaxAge(expires, now()) } : {});
    },
    delete() {
      // Not `cookies.delete()`: a browser only removes a cookie for the attributes that it was set with.
      if (cookies.has(name)) write("", { maxAge: 0 });
    },
  };
}

/** Next.js exports no class for this error, and a bundler would mangle its name: the beginning of its message is what is stable. */
function isReadOnly(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith("Cookies can only be modified");
}

function readOnlyError(cause?: unknown): SessionReadOnlyError {
  return new SessionReadOnlyError(
    "The session cannot be written here, where no cookie can be set, so nothing was saved. Write it in a server action or a route handler; " +
      "in a server component, generateMetadata and after() it can only be read.",
    cause === undefined ? {} : { cause },
  );
}
