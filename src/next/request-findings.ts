import { deletions } from "../deletions.ts";
import type { DbSession } from "../session/db-session.ts";
import type { Finding } from "../session/session-record.ts";
import { handedOn, handOn, type RequestHeaders, type ResponseHeaders, type Tell } from "./hand-on.ts";

/**
 * What one part of a request knows of its row, for the part after it: an action for the page that is rendered as its answer, a proxy for what
 * is behind it. Each part has a session of its own, as its cookie may be another and a page must not write, but none reads a row again that
 * one before has read or written.
 *
 * If a session is ended in this process meanwhile, whichever that is, nothing is known any more: what the request itself has ended must not be
 * shown.
 */
export class RequestFindings<Data extends object> {
  readonly #last = new WeakMap<RequestHeaders, Promise<Tell | undefined>>();

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
      loading.then((session) => tellOf(session)).catch(() => undefined),
    );
    const session = await loading;
    // Nobody pays for a visitor without a session.
    if (response && session.finding) handOn(tellOf(session), headers, response);
    return session;
  }
}

function tellOf<Data extends object>(session: DbSession<Data>): Tell {
  const deletionsBefore = deletions();
  return () => (deletions() === deletionsBefore ? session.finding : undefined);
}
