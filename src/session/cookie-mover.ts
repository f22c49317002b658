import { expiresWithBrowser } from "./expiry.ts";
import type { SessionConfig, SessionCookie } from "./session-config.ts";

/** Where the browser's cookie stands. */
interface CookieState {
  readonly sessionKey: string;
  /** `null`: until the browser closes. */
  readonly expires: Date | null;
}

/** What a cookie follows: a row under a session key. */
interface CookieRow {
  readonly sessionKey: string;
  readonly data: ReadonlyMap<string, unknown>;
  readonly expireDate: Date;
}

/**
 * Moves the cookie along with the row: only when its key or its expiry really changes, since in a server action every cookie that is set,
 * even to the value it had, renders the page anew.
 */
export class CookieMover {
  readonly #config: SessionConfig;
  readonly #cookie: SessionCookie | undefined;
  #state: CookieState | undefined;

  constructor(config: SessionConfig, cookie: SessionCookie | undefined) {
    this.#config = config;
    this.#cookie = cookie;
  }

  /** Notes where the cookie stands, as the row that was read tells. */
  found(row: CookieRow): void {
    this.#state = this.#follow(row);
  }

  move(row: CookieRow): void {
    this.#set(this.#follow(row));
  }

  remove(): void {
    this.#cookie?.delete();
    this.#state = undefined;
  }

  /** Also for writes that leave the cookie alone: what can only be read must not be written by the way. */
  checkWritable(): void {
    this.#cookie?.checkWritable();
  }

  /** Runs a write that moves the cookie first. If it throws or says false, nothing was written, and the cookie is put back. */
  async withRow<Result>(write: () => Promise<Result>): Promise<Result> {
    this.checkWritable();
    const before = this.#state;
    let written = false;
    try {
      const result = await write();
      written = result !== false;
      return result;
    } finally {
      if (!written && this.#state !== before) this.#putBack(before);
    }
  }

  #putBack(state: CookieState | undefined): void {
    try {
      if (state) this.#set(state);
      else this.remove();
    } catch {
      // The response is on its way by now. What went wrong with the row is what the caller must learn.
    }
  }

  #set(state: CookieState): void {
    const { sessionKey, expires } = state;
    if (sessionKey === this.#state?.sessionKey && expires?.getTime() === this.#state.expires?.getTime()) return;
    this.#cookie?.set(sessionKey, expires);
    this.#state = state;
  }

  #follow({ sessionKey, data, expireDate }: CookieRow): CookieState {
    return { sessionKey, expires: expiresWithBrowser(data, this.#config) ? null : expireDate };
  }
}
