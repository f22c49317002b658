import { shortKeyHash } from "./key/session-key.ts";

interface KeyedEvent {
  /**
   * A short hash of the stored key. All events of a session have the same hash until its key
   * changes. It is never a key.
   */
  readonly keyHash: string;
}

/**
 * An event that happened to a session, for a security log. No event contains a session key or a
 * value of the session data.
 *
 * - `created`: a row was inserted.
 * - `loaded`: a live row was read.
 * - `saved`: a row was updated.
 * - `merged`: another request had changed the row. The package merged the changes of both requests.
 * - `overwritten`: another request had changed the row, and this save replaced its changes. This
 *   happens after `clear()`, or with `onConflict: "overwrite"`.
 * - `conflict`: a save ended in a `ConflictError`.
 * - `rotated`: the row got a new key.
 * - `refreshed`: `refresh()` extended the expiry.
 * - `ended`: the row was deleted (`flushed`, `destroyed`), the row has `expired`, or a write found
 *   no row (`gone`).
 * - `signInRestarted`: `markAuthenticated(data)` found no row, and started a new session.
 * - `revoked`: `revoke()` deleted the row, or its owner had too many sessions (`maxPerOwner`).
 * - `limitNotEnforced`: the package could not count or delete the owner's sessions (`maxPerOwner`).
 *   The owner's next sign-in tries again.
 * - `unknownKey`: no row has the key of the cookie. The session has ended, or the key was guessed.
 *   One such event is not a reason for an alarm.
 * - `malformedKey`: the cookie cannot be a session key.
 * - `hidden`: values of a row that do not fit the option `schema`. They read as absent. `keys` are
 *   the names of their keys in the session's data.
 * - `suspicious`: the data of a row did not verify or decode. The session is empty.
 * - `expiredDeleted`: `clearExpired()` deleted a batch of `count` rows.
 */
export type SessionEvent =
  | (KeyedEvent & {
      readonly type: "created" | "loaded" | "saved" | "refreshed" | "limitNotEnforced" | "unknownKey" | "suspicious";
    })
  | (KeyedEvent & { readonly type: "merged" | "overwritten" | "conflict"; readonly attempt: number })
  | (KeyedEvent & { readonly type: "rotated" | "signInRestarted"; readonly previousKeyHash: string })
  | (KeyedEvent & { readonly type: "ended"; readonly reason: "flushed" | "destroyed" | "expired" | "gone" })
  | (KeyedEvent & { readonly type: "hidden"; readonly keys: readonly string[] })
  | (KeyedEvent & { readonly type: "revoked"; readonly by: "revoke" | "maxPerOwner" })
  | { readonly type: "malformedKey" }
  | { readonly type: "expiredDeleted"; readonly count: number };

type WithoutHash<Event> = Event extends { readonly keyHash: string } ? Omit<Event, "keyHash"> : never;

/** An event of one session, without its `keyHash`. */
export type KeyedSessionEvent = WithoutHash<SessionEvent>;

/** The parts of the configuration that {@link emitFor} needs. */
export interface Emitter {
  readonly emit: SessionEventListener;
  /** Whether the listener receives events of this type. */
  readonly hasListener: (event: Pick<SessionEvent, "type">) => boolean;
  /** The value of the key column for a session key. */
  readonly storedKey: (sessionKey: string) => string;
}

/** Calls the listener, if there is one for this type of event. */
export function emitFor(sessionKey: string, event: KeyedSessionEvent, { emit, hasListener, storedKey }: Emitter): void {
  if (!hasListener(event)) return;
  emit({ ...event, keyHash: shortKeyHash(storedKey(sessionKey)) } as SessionEvent);
}

/**
 * Receives every {@link SessionEvent}. If the listener throws, the package prints the error and
 * continues, because a failed log must not fail a request.
 */
export type SessionEventListener = (event: SessionEvent) => void;

/** The warnings of the default listener, by the type of the event. */
const WARNINGS: Partial<Record<SessionEvent["type"], (keyHash: string) => string>> = {
  hidden: (keyHash) =>
    `prisma-db-session: session ${keyHash} has values that do not fit the option \`schema\`. They read as absent. ` +
    "Use `onEvent` to see their keys. Another version of the application may have written them.",
  suspicious: (keyHash) =>
    `prisma-db-session: the data of session ${keyHash} did not verify, so the session is empty. ` +
    "If you changed the secret, keep the old one as the second of the array. Otherwise the table was changed.",
  limitNotEnforced: (keyHash) =>
    `prisma-db-session: session ${keyHash} was saved, but maxPerOwner could not count or delete the sessions of its owner. ` +
    "Check whether the database can be reached, and whether `columns` throws. The next sign-in of the owner tries again.",
};

/**
 * The default listener. It prints a warning for signs of tampering or of a wrong secret. It also
 * prints a warning if `maxPerOwner` failed, because that failure throws no error.
 */
export function warnByDefault(event: SessionEvent): void {
  const warning = WARNINGS[event.type];
  if (warning && "keyHash" in event) console.warn(warning(event.keyHash));
}

/** Whether the default listener prints a warning for the event. */
export const isDefaultWarning = ({ type }: Pick<SessionEvent, "type">): boolean => WARNINGS[type] !== undefined;

/** Wraps a listener: its exceptions and its rejected promises are printed, and go no further. */
export function safeListener(listener: SessionEventListener): SessionEventListener {
  const report = (error: unknown) => console.error("prisma-db-session: onEvent failed.", error);
  return (event) => {
    try {
      const result: unknown = listener(event);
      // `resolve()` also takes thenables: a Prisma query starts only when its `then()` is called.
      if (result !== undefined) Promise.resolve(result).catch(report);
    } catch (error) {
      report(error);
    }
  };
}
