import type { Codec, Serializer } from "./codec/codec.ts";
import type { CookieOptions } from "./cookie/cookie-attributes.ts";
import type { SessionEventListener } from "./events.ts";
import type { StandardSchema } from "./record/standard-schema.ts";
import type { FilledColumns, OwnColumns } from "./store/prisma/model-types.ts";
import type { SessionDelegate } from "./store/prisma/session-delegate.ts";
import type { SessionStore } from "./store/session-store.ts";

/**
 * The options of `createSessions`, `createNextSessions` and `createWebSessions`. Durations are in
 * seconds.
 */
export interface SessionsOptions<
  Data extends object = Record<string, unknown>,
  Model extends SessionDelegate = SessionDelegate,
> {
  /**
   * The session model of your Prisma client, `prisma.session`. Or a synchronous function that
   * returns a model, if each tenant or request has a client of its own. The function is called once
   * for each session object, and once for each call of `list`, `revoke`, `clearExpired` and
   * `check`. Give either `model` or `store`.
   */
  readonly model?: Model | (() => Model) | undefined;
  /**
   * A store for the rows, instead of a Prisma model. Or a synchronous function that returns a
   * store.
   */
  readonly store?: SessionStore | (() => SessionStore) | undefined;
  /**
   * At least 32 random characters. To replace a secret, give an array: the first secret signs, and
   * all secrets verify. The secrets after the first may be `undefined`:
   * `[process.env.SESSION_SECRET, process.env.OLD_SESSION_SECRET]`.
   */
  readonly secret: string | readonly (string | undefined)[] | undefined;
  /**
   * How long a session lives after its last save. Default: 1 209 600 (two weeks). At most 400 days.
   */
  readonly maxAge?: number;
  /**
   * The absolute timeout: how long a session lives after its creation or its last
   * `markAuthenticated()`. A save does not extend this time. Default: no limit. At most 400 days.
   */
  readonly absoluteMaxAge?: number;
  /**
   * How long after the last write `refresh()` extends the expiry. Must be shorter than `maxAge`.
   * Default: `refresh()` never extends the expiry.
   */
  readonly refreshAfter?: number;
  /**
   * Whether the browser deletes the cookie when it closes. An expiry that `setExpiry()` sets
   * overrides this option. Default: false.
   */
  readonly expireAtBrowserClose?: boolean;
  /**
   * What a save does if another request changed the session after this request read it.
   * - `merge` (the default) keeps the changes of both requests. If both changed the same key, the
   *   later save wins.
   * - `overwrite` keeps only the data of this request.
   * - `error` throws a `ConflictError`.
   */
  readonly onConflict?: "merge" | "overwrite" | "error";
  /** Converts the data to the text of the data column. Default: `signedJson()`. */
  readonly codec?: Codec;
  /**
   * Converts the values inside the codec's text. Default: `JSON`. With `JSON`, a save refuses
   * values that would not be the same after a load.
   */
  readonly serializer?: Serializer;
  /**
   * A schema of Zod, Valibot, ArkType or another library with the Standard Schema interface. The
   * session data get the type of its input. It only judges: the package stores the values as you
   * set them, and not the output of the schema.
   * - If a changed value does not fit, a save throws a `SerializationError`.
   * - If a value of the row does not fit, its key reads as absent, and the event `hidden` names
   *   the key. The row keeps the value until you set or delete the key.
   * - An absent key always fits. So permissions must need a key that is present.
   */
  readonly schema?: StandardSchema<Data>;
  /**
   * Whether the table holds a hash of each session key instead of the key itself. Default: true.
   */
  readonly hashKeys?: boolean;
  /** The name and the attributes of the cookie. */
  readonly cookie?: CookieOptions;
  /**
   * Fills columns of your own model from the session data, at every save. For example the user's
   * id: `list()` and `revoke()` can then find the user's sessions. `undefined` is written as
   * `null`. To type the columns by your model, name the model:
   * `createSessions<Data, typeof prisma.session>`.
   */
  readonly columns?: (data: Partial<Data>) => FilledColumns<Model>;
  /**
   * The concurrent session limit: how many live sessions may have the same value in a column that
   * `columns` fills. If one more session gets this value by a sign-in, the package deletes the
   * oldest sessions. The age of a session counts from its last `markAuthenticated()`, or else from
   * its creation. Default: no limit.
   */
  readonly maxPerOwner?: { readonly column: keyof OwnColumns<Model> & string; readonly max: number };
  /**
   * Receives every event. By default, the package prints `suspicious`, `limitNotEnforced` and
   * `hidden` as warnings.
   */
  readonly onEvent?: SessionEventListener;
  /** The clock, for tests. */
  readonly now?: () => Date;
  /** The generator of session keys, for tests. A key must be 8 to 40 characters of a-z and 0-9. */
  readonly randomKey?: () => string;
}
