import type { SessionCookie } from "./session-config.ts";

/** Where the browser's cookie stands. */
export interface CookieState {
  readonly sessionKey: string;
  /** `null`: until the browser closes. */
  readonly expires: Date | null;
}

/**
 * Moves the cookie along with the session: only when its key or its expiry really changes, since in a server action every cookie that is
 * set, even to the value it had, renders the page anew.
 */
export class CookieMover {
  readonly #cookie: SessionCookie | undefined;
  #state: CookieState | undefined;

  constructor(cookie: SessionCookie | undefined) {
    this.#cookie = cookie;
  }

  /** Notes where the cookie stands, as the row that was read tells. */
  found(state: CookieState): void {
    this.#state = state;
  }

  move(state: CookieState): void {
    const same =
      state.sessionKey === this.#state?.sessionKey && state.expires?.getTime() === this.#state.expires?.getTime();
    if (same) return;
    this.#cookie?.set(state.sessionKey, state.expires);
    this.#state = state;
  }

  remove(): void {
    this.#cookie?.delete();
    this.#state = undefined;
  }

  /** Runs a write that moves the cookie first. If it throws or says false, nothing was written, and the cookie is put back. */
  async withRow(write: () => Promise<boolean>): Promise<boolean> {
    const before = this.#state;
    let written = false;
    try {
      written = await write();
      return written;
    } finally {
      if (!written && this.#state !== before) {
        if (before) this.move(before);
        else this.remove();
      }
    }
  }
}
