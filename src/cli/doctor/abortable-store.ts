import type { SessionStore } from "../../store/session-store.ts";

/** The same store, but after the signal is aborted every verb rejects with the signal's reason and sends nothing. */
export function abortable(store: Required<SessionStore>, signal: AbortSignal): Required<SessionStore> {
  const verb =
    <Args extends unknown[], Outcome>(send: (...args: Args) => Promise<Outcome>) =>
    async (...args: Args) => {
      signal.throwIfAborted();
      return send(...args);
    };
  return {
    find: verb(store.find),
    insert: verb(store.insert),
    update: verb(store.update),
    delete: verb(store.delete),
    findExpired: verb(store.findExpired),
    deleteExpired: verb(store.deleteExpired),
    findMatching: verb(store.findMatching),
    deleteMatching: verb(store.deleteMatching),
    classifyError: store.classifyError,
  };
}
