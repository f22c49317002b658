import type { Codec, Serializer } from "../codec/codec.ts";
import type { Emitter } from "../events.ts";
import type { SecretKeys } from "../key/secret-keys.ts";
import type { Columns, SessionStore } from "../store/session-store.ts";
import type { KeyedQueue } from "./keyed-queue.ts";
import type { StandardSchema } from "./standard-schema.ts";

/** The configuration of sessions with the option `schema`. */
export type SchemaConfig = SessionConfig & { readonly schema: StandardSchema };

export const hasSchema = (config: SessionConfig): config is SchemaConfig => config.schema !== undefined;

/**
 * The checked options with their defaults, shared by all sessions of one `createSessions()`. Ages
 * are in seconds.
 */
export interface SessionConfig extends Emitter {
  readonly store: SessionStore;
  readonly codec: Codec;
  readonly serializer: Serializer;
  readonly schema: StandardSchema | undefined;
  readonly secrets: SecretKeys;
  readonly maxAge: number;
  readonly absoluteMaxAge: number | undefined;
  readonly refreshAfter: number | undefined;
  readonly expireAtBrowserClose: boolean;
  readonly onConflict: "merge" | "overwrite" | "error";
  readonly now: () => Date;
  /** A random session key. */
  readonly newKey: () => string;
  /**
   * Maps a dictionary, reserved keys included, to the user's own columns. If values are hidden, the
   * data of the row decide which columns stay as they are.
   */
  readonly columnsOf:
    | ((data: ReadonlyMap<string, unknown>, ofRow?: () => ReadonlyMap<string, unknown>) => Columns)
    | undefined;
  readonly maxPerOwner: { readonly column: string; readonly max: number } | undefined;
  /**
   * Saves of this process that must be retried take turns over one row: after a conflict or a lost
   * acknowledgement.
   */
  readonly saveQueue: KeyedQueue;
}
