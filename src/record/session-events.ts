import type { SessionEvent } from "../events.ts";
import { shortKeyHash } from "../key.ts";
import type { SessionConfig } from "./session-config.ts";

type WithoutHash<Event> = Event extends { readonly keyHash: string } ? Omit<Event, "keyHash"> : never;

/** What happened to the session of a key. The listener's `keyHash` names that session. */
export type KeyedSessionEvent = WithoutHash<SessionEvent>;

/** Tells the listener. Few listeners look at the hash, so it is computed when they do. */
export function emitFor(sessionKey: string, event: KeyedSessionEvent, config: SessionConfig): void {
  if (!config.hasListener(event)) return;
  config.emit({
    ...event,
    get keyHash() {
      return keyHash(sessionKey, config);
    },
  } as SessionEvent);
}

export const keyHash = (sessionKey: string, { storedKey }: SessionConfig): string =>
  shortKeyHash(storedKey(sessionKey));
