import type { SessionStore } from "../../store/session-store.ts";

/**
 * A decorator for a store. After the signal is aborted, every verb rejects with the signal's reason
 * and sends no statement.
 *
 * @param running Collects the promise of each statement. If a check fails, other statements of the
 *   check may still run.
 */
export function abortable(
  store: Required<SessionStore>,
  signal: AbortSignal,
  running: Promise<unknown>[],
): Required<SessionStore> {
  const verb =
    <Args extends unknown[], Outcome>(send: (...args: Args) => Promise<Outcome>) =>
    async (...args: Args) => {
      signal.throwIfAborted();
      const statement = send(...args);
      running.push(statement);
      return statement;
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
