import type { CookieAttributes } from "../cookie.ts";
import { SessionReadOnlyError } from "../errors.ts";
import type { SessionCookie } from "../session/session-cookie.ts";
import { cookieMaxAge } from "../set-cookie.ts";

/** The part of `await cookies()` that is used, typed by its shape, which Next.js 15 and 16 share. */
export interface NextCookies {
  get(name: string): { readonly value: string } | undefined;
  readonly delete: unknown;
  set(name: string, value: string, options: NextCookieOptions): unknown;
}

export type NextCookieOptions = Omit<CookieAttributes, "name"> & { readonly maxAge?: number; readonly expires?: Date };

/**
 * Whether cookies can be set here. Where they are read-only, Next.js gives one function, which throws, for every method that would change
 * one; in `"use cache: private"` it binds that anew each time, so that only its name is the same, while the functions that set have none. To
 * call it would show as much, but where cookies can be set, it would render the page anew.
 */
function isWritable(cookies: NextCookies): boolean {
  const { set, delete: remove } = cookies;
  return set !== remove && (set.name === "" || set.name !== (remove as { name?: unknown } | undefined)?.name);
}

/** The session cookie in the cookies of one request. */
export class NextCookie implements SessionCookie {
  readonly #cookies: NextCookies;
  readonly #attributes: CookieAttributes;
  readonly #now: () => Date;
  #isMoved = false;
  /** What it was when it was read, or as it was written since. */
  #own: string | undefined;

  constructor(cookies: NextCookies, attributes: CookieAttributes, now: () => Date) {
    this.#cookies = cookies;
    this.#attributes = attributes;
    this.#now = now;
    this.#own = this.value;
  }

  /** What the browser sent, or has been given at this request. */
  get value(): string | undefined {
    return this.#cookies.get(this.#attributes.name)?.value;
  }

  /** Whether the response will set or remove the cookie. */
  get isMoved(): boolean {
    return this.#isMoved;
  }

  get isWritable(): boolean {
    return isWritable(this.#cookies);
  }

  checkWritable(): void {
    if (!this.isWritable) throw readOnlyError();
  }

  set(sessionKey: string, expires: Date | null): void {
    this.#write(sessionKey, expires ? { maxAge: cookieMaxAge(expires, this.#now()) } : {});
  }

  delete(): void {
    // Not `cookies.delete()`: a browser only removes a cookie for the attributes that it was set with. The date says the same once more, since
    // an action sends what the proxy has set a second time, and Next.js then forgets an age of 0. That of another session, which somebody has
    // begun in the same request, stays.
    if (this.value && this.value === this.#own) this.#write("", { maxAge: 0, expires: new Date(0) });
  }

  #write(value: string, lifetime: Pick<NextCookieOptions, "maxAge" | "expires">): void {
    const { name, ...attributes } = this.#attributes;
    try {
      this.#cookies.set(name, value, { ...attributes, ...lifetime });
    } catch (error) {
      throw isReadOnly(error) ? readOnlyError(error) : error;
    }
    this.#own = value;
    this.#isMoved = true;
  }
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
