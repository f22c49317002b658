import { SessionReadOnlyError } from "../errors.ts";
import { expiresWithBrowser } from "../record/expiry.ts";
import type { SessionConfig } from "../record/session-config.ts";
import type { SessionCookie } from "./session-cookie.ts";

/** The row that the cookie is to match. */
interface CookieRow {
  readonly sessionKey: string;
  readonly data: ReadonlyMap<string, unknown>;
  readonly expireDate: Date;
}

/** What the browser has. `expires: null`: until it closes. */
interface CookieState {
  readonly sessionKey: string;
  readonly expires: Date | null;
}

/**
 * Makes the cookie match the row after each write. It sets the cookie only if its key or its expiry
 * changes. In a server action, Next.js renders the page again for each cookie that is set.
 */
export class CookieSync {
  readonly #config: SessionConfig;
  readonly #cookie: SessionCookie | undefined;
  #state: CookieState | undefined;
  #isDue = false;

  constructor(config: SessionConfig, cookie: SessionCookie | undefined) {
    this.#config = config;
    this.#cookie = cookie;
  }

  /**
   * Whether the row was written, but the browser was not told. The next write of the session tells
   * it.
   */
  get isDue(): boolean {
    return this.#isDue;
  }

  /** Before every write, also one that leaves the cookie alone. */
  async checkWritable(): Promise<void> {
    await this.#cookie?.checkWritable();
  }

  /** The browser sent the cookie of this row. */
  found(row: CookieRow): void {
    this.#state = this.#stateFor(row);
  }

  /** @throws SessionReadOnlyError if the cookie cannot be set. The next call tries again. */
  sync(row: CookieRow): void {
    const { sessionKey, expires } = this.#stateFor(row);
    if (sessionKey === this.#state?.sessionKey && expires?.getTime() === this.#state.expires?.getTime()) return;
    this.#isDue = true;
    this.#tell(() => this.#cookie?.set(sessionKey, expires), "saved");
    this.#isDue = false;
    this.#state = { sessionKey, expires };
  }

  /** After `flush()`. @throws SessionReadOnlyError if the cookie cannot be removed */
  remove(): void {
    this.#isDue = false;
    this.#tell(() => this.#cookie?.delete(), "deleted");
    this.#state = undefined;
  }

  #tell(change: () => void, done: string): void {
    try {
      change();
    } catch (cause) {
      throw new SessionReadOnlyError(
        `The session was ${done}, but the browser was not told, because its cookie could not be changed. ` +
          "Change sessions before the response is returned.",
        { cause, isWritten: true },
      );
    }
  }

  #stateFor({ sessionKey, data, expireDate }: CookieRow): CookieState {
    return { sessionKey, expires: expiresWithBrowser(data, this.#config) ? null : expireDate };
  }
}
