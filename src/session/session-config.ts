import type { Codec, Serializer } from "../codec/codec.ts";
import type { SessionEvent } from "../events.ts";
import type { SecretKeys } from "../secret.ts";
import type { Columns, SessionStore } from "../store/session-store.ts";
import type { KeyedTurns } from "./keyed-turns.ts";

/** The options, checked and with their defaults filled in: what every session of one `createSessions()` shares. Ages are in seconds. */
export interface SessionConfig {
  readonly store: SessionStore;
  readonly codec: Codec;
  readonly serializer: Serializer;
  readonly secrets: SecretKeys;
  readonly maxAge: number;
  readonly absoluteMaxAge: number | undefined;
  /** Whether the data are to say when their session began. */
  readonly keepsCreation: boolean;
  readonly refreshAfter: number | undefined;
  readonly expireAtBrowserClose: boolean;
  readonly onConflict: "merge" | "overwrite" | "error";
  readonly now: () => Date;
  /** A random session key. */
  readonly newKey: () => string;
  /** What the key column holds for a session key. */
  readonly storedKey: (sessionKey: string) => string;
  readonly emit: (event: SessionEvent) => void;
  /** Whether anybody listens to events of a type. */
  readonly isHeard: (event: Pick<SessionEvent, "type">) => boolean;
  /** The columns of the user's own for these data, reserved keys included. */
  readonly columnsOf: ((data: ReadonlyMap<string, unknown>) => Columns) | undefined;
  readonly maxPerOwner: { readonly column: string; readonly max: number } | undefined;
  /** For saves that met another request's. */
  readonly contended: KeyedTurns;
}

/**
 * What carries the session key to the browser. A session moves it before it writes the row, so that where no cookie can be set nothing
 * is written either.
 */
export interface SessionCookie {
  /** @throws SessionReadOnlyError where it is known, without trying, that no cookie can be set */
  checkWritable(): void;
  /**
   * @param expires `null`: until the browser closes.
   * @throws SessionReadOnlyError where no cookie can be set
   */
  set(sessionKey: string, expires: Date | null): void;
  /** Removes the cookie if the browser has one. Throws like `set`. */
  delete(): void;
}
