import type { SessionEvent } from "../events.ts";
import { shortKeyHash } from "../key.ts";
import type { SessionConfig } from "./session-config.ts";

type WithoutHash<Event> = Event extends { readonly keyHash: string } ? Omit<Event, "keyHash"> : never;

/** Tells the listener what happened to the session of a key, which it sees only as a short hash: reckoned when it looks, as few do. */
export function emitFor(sessionKey: string, event: WithoutHash<SessionEvent>, config: SessionConfig): void {
  if (!config.isHeard(event)) return;
  config.emit({
    ...event,
    get keyHash() {
      return keyHash(sessionKey, config);
    },
  } as SessionEvent);
}

export const keyHash = (sessionKey: string, { storedKey }: SessionConfig): string =>
  shortKeyHash(storedKey(sessionKey));
