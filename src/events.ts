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
 * | `merged` | another request had changed the row, and the changes of both were brought together |
 * | `overwritten` | another request had changed the row, and what it wrote is replaced: after a `clear()`, or with `onConflict: "overwrite"` |
 * | `conflict` | another request had changed the row, and the save ended in a `ConflictError` |
 * | `rotated` | the row got a new key |
 * | `refreshed` | only the expiry was moved on, by `refresh()` |
 * | `ended` | the row was deleted (`flushed`, `destroyed`), was found to be `expired`, or was `gone` when it was to be updated |
 * | `revoked` | the row was deleted by `revoke()`, or because its owner had too many (`maxPerOwner`) |
 * | `uncounted` | the owner's sessions could not be counted, or the oldest not be ended (`maxPerOwner`); the next sign-in of that owner counts again |
 * | `unknownKey` | a well-formed key that no row has: a session that has ended, or a guess |
 * | `malformedKey` | a cookie that cannot be a session key |
 * | `suspicious` | a row whose data did not verify or decode; the session is empty |
 * | `cleared` | `clearExpired()` deleted a batch of `count` rows |
 */
export type SessionEvent =
  | (KeyedEvent & {
      readonly type: "created" | "loaded" | "saved" | "refreshed" | "uncounted" | "unknownKey" | "suspicious";
    })
  | (KeyedEvent & { readonly type: "merged" | "overwritten" | "conflict"; readonly attempt: number })
  | (KeyedEvent & { readonly type: "rotated"; readonly previousKeyHash: string })
  | (KeyedEvent & { readonly type: "ended"; readonly reason: "flushed" | "destroyed" | "expired" | "gone" })
  | (KeyedEvent & { readonly type: "revoked"; readonly by: "revoke" | "maxPerOwner" })
  | { readonly type: "malformedKey" }
  | { readonly type: "cleared"; readonly count: number };

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
    `prisma-db-session: the data of session ${keyHash} did not verify, so it counts as empty. ` +
    "If you changed the secret, keep the old one as the second of the array; otherwise somebody changed the table.",
  uncounted: (keyHash) =>
    `prisma-db-session: session ${keyHash} was saved, but those of its owner could not be counted for maxPerOwner. ` +
    "See whether the database could be reached. The owner's next sign-in counts again.",
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
