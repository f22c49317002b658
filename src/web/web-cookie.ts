import type { CookieAttributes } from "../cookie/cookie-attributes.ts";
import { type ResponseHeaders, setNoStore } from "../cookie/no-store.ts";
import type { SessionCookie } from "../cookie/session-cookie.ts";
import { removeCookie, setCookie } from "../cookie/set-cookie.ts";

/** How a response will change the cookie. */
type Outcome = { readonly sessionKey: string; readonly expires: Date | null } | "remove";

/**
 * The session cookie of one request. It keeps the last change until there are headers to write the
 * change to.
 */
export class WebCookie implements SessionCookie {
  readonly #attributes: CookieAttributes;
  readonly #now: () => Date;
  readonly #onSet: () => void;
  /** Whether the browser may have the cookie: it sent one, or has been given one. */
  #isInBrowser: boolean;
  /** `undefined` if the response leaves the cookie alone. */
  #outcome: Outcome | undefined;
  readonly #written = new Set<string>();

  /**
   * @param wasSent whether the request had a cookie of that name, whatever its value
   * @param onSet called when the cookie is set, not when it is removed
   */
  constructor(attributes: CookieAttributes, wasSent: boolean, now: () => Date, onSet: () => void) {
    this.#attributes = attributes;
    this.#isInBrowser = wasSent;
    this.#now = now;
    this.#onSet = onSet;
  }

  /** Whether the response will set or remove the cookie. */
  get isChanged(): boolean {
    return this.#outcome !== undefined;
  }

  /** The cookie can always be set, because the headers come later. */
  checkWritable(): void {}

  set(sessionKey: string, expires: Date | null): void {
    this.#outcome = { sessionKey, expires };
    this.#onSet();
  }

  delete(): void {
    this.#outcome = this.#isInBrowser ? "remove" : undefined;
  }

  /** Writes the last change. It replaces one that was written to the same headers before. */
  writeTo(headers: ResponseHeaders): void {
    const outcome = this.#outcome;
    if (!outcome) return;
    const line =
      outcome === "remove"
        ? removeCookie(this.#attributes)
        : setCookie(this.#attributes, outcome.sessionKey, outcome.expires, this.#now());
    const others = headers.getSetCookie().filter((other) => !this.#written.has(other));
    headers.delete("Set-Cookie");
    for (const other of [...others, line]) headers.append("Set-Cookie", other);
    setNoStore(headers);
    this.#written.add(line);
    this.#isInBrowser = true;
  }
}
