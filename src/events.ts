import { shortKeyHash } from "./key.ts";

interface KeyedEvent {
  /** A short hash of the stored key: the same for every event of one session until its key changes. Never a key. */
  readonly keyHash: string;
}

/**
 * What happened to a session, for a security log. No event carries a key or session data.
 *
 * | type | when |
 * |---|---|
 * | `created` | a row was inserted |
 * | `loaded` | a live row was read |
 * | `saved` | a row was updated |
 * | `merged` | another request had changed the row, and the changes of both were merged |
 * | `overwritten` | another request had changed the row, and its changes are replaced: after `clear()`, or with `onConflict: "overwrite"` |
 * | `conflict` | a save ended in a `ConflictError` |
 * | `rotated` | the row got a new key |
 * | `refreshed` | `refresh()` extended the expiry |
 * | `ended` | the row was deleted (`flushed`, `destroyed`), has `expired`, or was `gone` when it was to be updated |
 * | `signInRestarted` | `markAuthenticated(data)` found that its row was gone, and started a new session |
 * | `revoked` | `revoke()` deleted the row, or its owner had too many sessions (`maxPerOwner`) |
 * | `limitNotEnforced` | the owner's sessions could not be counted or deleted (`maxPerOwner`); the next sign-in of the owner tries again |
 * | `unknownKey` | no row has the key of the cookie: the session has ended, or the key was guessed. No alarm by itself |
 * | `malformedKey` | the cookie cannot be a session key |
 * | `suspicious` | the data of a row did not verify or decode; the session counts as gone |
 * | `expiredDeleted` | `clearExpired()` deleted a batch of `count` rows |
 */
export type SessionEvent =
  | (KeyedEvent & {
      readonly type: "created" | "loaded" | "saved" | "refreshed" | "limitNotEnforced" | "unknownKey" | "suspicious";
    })
  | (KeyedEvent & { readonly type: "merged" | "overwritten" | "conflict"; readonly attempt: number })
  | (KeyedEvent & { readonly type: "rotated" | "signInRestarted"; readonly previousKeyHash: string })
  | (KeyedEvent & { readonly type: "ended"; readonly reason: "flushed" | "destroyed" | "expired" | "gone" })
  | (KeyedEvent & { readonly type: "revoked"; readonly by: "revoke" | "maxPerOwner" })
  | { readonly type: "malformedKey" }
  | { readonly type: "expiredDeleted"; readonly count: number };

type WithoutHash<Event> = Event extends { readonly keyHash: string } ? Omit<Event, "keyHash"> : never;

/** What happened to the session of a key. */
export type KeyedSessionEvent = WithoutHash<SessionEvent>;

/** What is needed to tell the listener. */
export interface Emitter {
  readonly emit: SessionEventListener;
  /** Whether a listener wants events of this type. */
  readonly hasListener: (event: Pick<SessionEvent, "type">) => boolean;
  /** The value of the key column for a session key. */
  readonly storedKey: (sessionKey: string) => string;
}

/** Tells the listener. Few listeners look at the hash, so it is computed when they do. */
export function emitFor(sessionKey: string, event: KeyedSessionEvent, { emit, hasListener, storedKey }: Emitter): void {
  if (!hasListener(event)) return;
  emit({
    ...event,
    get keyHash() {
      return shortKeyHash(storedKey(sessionKey));
    },
  } as SessionEvent);
}

/** Gets every {@link SessionEvent}. What it throws is printed and otherwise ignored: a log that fails must not fail a request. */
export type SessionEventListener = (event: SessionEvent) => void;

/** What the default listener says, by the type of the event. */
const WARNINGS: Partial<Record<SessionEvent["type"], (keyHash: string) => string>> = {
  suspicious: (keyHash) =>
    `prisma-db-session: the data of session ${keyHash} did not verify, so the session counts as gone. ` +
    "If you changed the secret, keep the old one as the second of the array. Otherwise the table was changed.",
  limitNotEnforced: (keyHash) =>
    `prisma-db-session: session ${keyHash} was saved, but maxPerOwner could not count or delete the sessions of its owner. ` +
    "Check whether the database can be reached, and whether `columns` throws. The next sign-in of the owner tries again.",
};

/** The default listener: says aloud what points to tampering or to a wrong secret, and what failed without an error; nothing else. */
export function warnByDefault(event: SessionEvent): void {
  const warning = WARNINGS[event.type];
  if (warning && "keyHash" in event) console.warn(warning(event.keyHash));
}

/** Whether the default listener says anything of it. */
export const isDefaultWarning = ({ type }: Pick<SessionEvent, "type">): boolean => WARNINGS[type] !== undefined;

/** Wraps a listener so that neither an exception nor a rejected promise of its own gets out. */
export function safeListener(listener: SessionEventListener): SessionEventListener {
  const report = (error: unknown) => console.error("prisma-db-session: onEvent failed.", error);
  return (event) => {
    try {
      const result: unknown = listener(event);
      // Not only promises: a query of Prisma's starts when somebody waits for it.
      if (result !== undefined) Promise.resolve(result).catch(report);
    } catch (error) {
      report(error);
    }
  };
}
