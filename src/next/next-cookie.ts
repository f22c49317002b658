import type { CookieAttributes } from "../cookie/cookie-attributes.ts";
import type { SessionCookie } from "../cookie/session-cookie.ts";
import { cookieMaxAge } from "../cookie/set-cookie.ts";
import { SessionReadOnlyError } from "../errors.ts";
import { isOutsideRequest } from "./request-cookies.ts";

/** The part of `await cookies()` that is used, typed structurally. Next.js 15 and 16 share it. */
export interface NextCookies {
  get(name: string): { readonly value: string } | undefined;
  readonly delete: unknown;
  set(name: string, value: string, options: NextCookieOptions): unknown;
}

export type NextCookieOptions = Omit<CookieAttributes, "name"> & { readonly maxAge?: number; readonly expires?: Date };

/**
 * Whether cookies can be set here. Where they are read-only, Next.js uses one throwing function for
 * `set` and `delete`. In `"use cache: private"` it binds this function for each access, so only the
 * name is the same. The functions that can set a cookie have no name. Calling `set` as a probe
 * would make an action render its page again.
 */
function isWritable(cookies: NextCookies): boolean {
  const { set, delete: remove } = cookies;
  return set !== remove && (set.name === "" || set.name !== (remove as { name?: unknown } | undefined)?.name);
}

/** What the cookie asks of its request, and tells it. */
interface CookieRequestHooks {
  /**
   * `cookies()`, which gives another object in `after()` than in the handler. Absent in a proxy.
   */
  readonly askAgain: (() => Promise<NextCookies>) | undefined;
  /** Called when the cookie was set, not when it was removed. */
  readonly onSet: () => void;
}

/** The session cookie in the cookies of one request. */
export class NextCookie implements SessionCookie {
  readonly #cookies: NextCookies;
  readonly #request: CookieRequestHooks;
  readonly #attributes: CookieAttributes;
  readonly #now: () => Date;
  #isChanged = false;
  /** The value that was read, or was written since. */
  #own: string | undefined;

  constructor(cookies: NextCookies, attributes: CookieAttributes, now: () => Date, request: CookieRequestHooks) {
    this.#cookies = cookies;
    this.#request = request;
    this.#attributes = attributes;
    this.#now = now;
    this.#own = this.value;
  }

  /** What the browser sent, or has been given by this request. */
  get value(): string | undefined {
    return this.#cookies.get(this.#attributes.name)?.value;
  }

  /** Whether the response will set or remove the cookie. */
  get isChanged(): boolean {
    return this.#isChanged;
  }

  get isWritable(): boolean {
    return isWritable(this.#cookies);
  }

  async checkWritable(): Promise<void> {
    if (!this.isWritable) throw readOnlyError();
    let cookies: NextCookies | undefined;
    try {
      cookies = await this.#request.askAgain?.();
    } catch (error) {
      // A callback of another library may run outside of the request's scope. It still belongs to
      // its request.
      if (!isOutsideRequest(error)) throw readOnlyError(error);
    }
    if (cookies && !isWritable(cookies)) throw readOnlyError();
  }

  set(sessionKey: string, expires: Date | null): void {
    this.#write(sessionKey, expires ? { maxAge: cookieMaxAge(expires, this.#now()) } : {});
    this.#request.onSet();
  }

  delete(): void {
    // Not `cookies.delete()`: a browser removes a cookie only for the attributes that it was set
    // with. The date is needed beside the age of 0: Next.js drops the age when an action sends
    // again what the proxy has set. If this request has started another session in the meantime,
    // the cookie is that session's, and stays.
    if (this.value && this.value === this.#own) this.#write("", { maxAge: 0, expires: new Date(0) });
  }

  #write(value: string, lifetime: Pick<NextCookieOptions, "maxAge" | "expires">): void {
    const { name, ...attributes } = this.#attributes;
    this.#cookies.set(name, value, { ...attributes, ...lifetime });
    this.#own = value;
    this.#isChanged = true;
  }
}

function readOnlyError(cause?: unknown): SessionReadOnlyError {
  return new SessionReadOnlyError(
    "Cannot write the session here, because no cookie can be set. Nothing was saved. Write it in a server action or a " +
      "route handler. A server component, generateMetadata and after() can only read it.",
    cause === undefined ? {} : { cause },
  );
}
