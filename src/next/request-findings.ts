import type { DbSession } from "../session/db-session.ts";
import type { SessionConfig } from "../session/session-config.ts";
import type { Finding } from "../session/session-record.ts";
import { handedOn, handOn, type RequestHeaders, type ResponseHeaders, type Tell } from "./hand-on.ts";

/**
 * What one part of a request knows of its row, for the part after it: an action for the page that is rendered as its answer, a proxy for what
 * is behind it. Each part has a session of its own, as its cookie may be another and a page must not write, but none reads a row again that
 * one before has read or written.
 *
 * If a row is deleted meanwhile, whichever that is, nothing is known any more: what the request itself has ended must not be shown.
 */
export class RequestFindings<Data extends object> {
  readonly #last = new WeakMap<RequestHeaders, Promise<Tell | undefined>>();
  #deletions = 0;

  /** Has this hear of what is deleted. */
  watch(config: SessionConfig): SessionConfig {
    return {
      ...config,
      emit: (event) => {
        const isDeletion = event.type === "ended" && (event.reason === "flushed" || event.reason === "destroyed");
        if (isDeletion || event.type === "revoked") this.#deletions++;
        config.emit(event);
      },
    };
  }

  /**
   * Loads the session of a part of a request. Parts that run side by side are loaded one after another.
   *
   * @param headers of the request: through all its parts one object, but for that of a proxy
   * @param load is given what is known by then
   * @param response of a proxy
   */
  async loadPart(
    headers: RequestHeaders,
    load: (finding: Finding | undefined) => Promise<DbSession<Data>>,
    response?: ResponseHeaders,
  ): Promise<DbSession<Data>> {
    const before = this.#last.get(headers) ?? handedOn(headers);
    const loading = (async () => load((await before)?.()))();
    // Of a load that fails those hear who wait for it.
    this.#last.set(
      headers,
      loading.then((session) => this.#tellOf(session)).catch(() => undefined),
    );
    const session = await loading;
    // Nobody pays for a visitor without a session.
    if (response && session.finding) handOn(this.#tellOf(session), headers, response);
    return session;
  }

  #tellOf(session: DbSession<Data>): Tell {
    const deletions = this.#deletions;
    return () => (this.#deletions === deletions ? session.finding : undefined);
  }
}
