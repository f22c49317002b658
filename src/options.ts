import { columnMapper } from "./admin/column-mapper.ts";
import { matchingStore } from "./admin/matching.ts";
import type { Codec, Serializer } from "./codec/codec.ts";
import { signedJson } from "./codec/signed-json.ts";
import { type CookieOptions, cookieAttributes } from "./cookie.ts";
import { ConfigError } from "./errors.ts";
import { isDefaultWarning, type SessionEventListener, safeListener, warnByDefault } from "./events.ts";
import { hashSessionKey, randomSessionKey } from "./key.ts";
import { checkOptionNames } from "./option-names.ts";
import { isPossibleSessionKey } from "./possible-key.ts";
import { MAX_COOKIE_SECONDS } from "./record/expiry.ts";
import { KeyedQueue } from "./record/keyed-queue.ts";
import type { SessionConfig } from "./record/session-config.ts";
import type { StandardSchema } from "./record/standard-schema.ts";
import { secretKeys } from "./secret.ts";
import type { FilledColumns, OwnColumns } from "./store/prisma/model-types.ts";
import { prismaStore } from "./store/prisma/prisma-store.ts";
import type { SessionDelegate } from "./store/prisma/session-delegate.ts";
import type { SessionStore } from "./store/session-store.ts";
import { withRetries } from "./store/with-retries.ts";

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
   * for each session object, and once for each call of `list`, `revoke`, `clearExpired` and `check`.
   * Give either `model` or `store`.
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
   * Converts the values inside the codec's text. Default: `JSON`. With `JSON`, a save refuses values
   * that would not be the same after a load.
   */
  readonly serializer?: Serializer;
  /**
   * A schema of Zod, Valibot, ArkType or another library with the Standard Schema interface. The
   * session data get the type of its input. It only judges: the package stores the values as you set
   * them, and not the output of the schema.
   * - If a changed value does not fit, a save throws a `SerializationError`.
   * - If a value of the row does not fit, its key reads as absent, and the event `hidden` names the
   *   key. The row keeps the value until you set or delete the key.
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

const TWO_WEEKS = 1_209_600;

const STORE_VERBS: readonly (keyof SessionStore)[] = [
  "find",
  "insert",
  "update",
  "delete",
  "findExpired",
  "deleteExpired",
];

/** Returns the checked options. If `model` or `store` is a function, each call calls it once. */
export type ConfigSource = () => SessionConfig;

/** @throws ConfigError for options that are missing or invalid */
export function resolveOptions<Data extends object, Model extends SessionDelegate>(
  options: SessionsOptions<Data, Model>,
): ConfigSource {
  checkOptionNames(options);
  const { codec = signedJson(), serializer = JSON, onConflict = "merge", hashKeys = true } = options;
  if (!["merge", "overwrite", "error"].includes(onConflict)) {
    throw new ConfigError('`onConflict` must be "merge", "overwrite" or "error".');
  }
  checkParts({ codec, serializer }, options);
  cookieAttributes(options.cookie);
  const maxAge = duration("maxAge", options.maxAge) ?? TWO_WEEKS;
  const refreshAfter = duration("refreshAfter", options.refreshAfter);
  if (refreshAfter !== undefined && refreshAfter >= maxAge) {
    throw new ConfigError(
      "`refreshAfter` must be shorter than `maxAge`. Otherwise the session would expire before the refresh.",
    );
  }
  checkSchema(options.schema);
  const maxPerOwner = resolveMaxPerOwner(options);
  const now = options.now ?? (() => new Date());
  const config: Omit<SessionConfig, "store"> = {
    codec,
    serializer,
    schema: options.schema,
    secrets: secretKeys(options.secret),
    maxAge,
    absoluteMaxAge: duration("absoluteMaxAge", options.absoluteMaxAge),
    refreshAfter,
    expireAtBrowserClose: options.expireAtBrowserClose ?? false,
    onConflict,
    now,
    newKey: options.randomKey ? checkedKeys(options.randomKey) : randomSessionKey,
    storedKey: hashKeys ? hashSessionKey : (sessionKey) => sessionKey,
    emit: safeListener(options.onEvent ?? warnByDefault),
    hasListener: options.onEvent ? () => true : isDefaultWarning,
    saveQueue: new KeyedQueue(),
    columnsOf: options.columns && columnMapper(options.columns, maxPerOwner?.column),
    maxPerOwner,
  };
  return configSource(options, (store) => {
    if (maxPerOwner) matchingStore(store, "The option `maxPerOwner`");
    return { ...config, store: withRetries(store, now) };
  });
}

/** Checks each model or store only once, even if a function returns it many times. */
function configSource(
  { model, store }: { readonly model?: unknown; readonly store?: unknown },
  configOf: (store: SessionStore) => SessionConfig,
): ConfigSource {
  if (model && store) throw new ConfigError("Pass either `model` or `store`, not both.");
  const configs = new WeakMap<object, SessionConfig>();
  const configFor = (given: unknown): SessionConfig => {
    if (typeof given !== "object" || given === null) throw noModelError(given);
    let config = configs.get(given);
    if (!config) {
      config = configOf(store ? checkedStore(given) : prismaStore(given as SessionDelegate));
      configs.set(given, config);
    }
    return config;
  };
  const given = store ?? model;
  if (typeof given === "function") return () => configFor(checkedResult(store ? "store" : "model", given()));
  const config = configFor(given);
  return () => config;
}

/** Checks the model or store that the function of an option returned. */
function checkedResult(name: "model" | "store", result: unknown): object {
  const isPromise = typeof result === "object" && result !== null && "then" in result;
  if (typeof result === "object" && result !== null && !isPromise) return result;
  const what = isPromise ? "a promise" : result === undefined || result === null ? "nothing" : `a ${typeof result}`;
  throw new ConfigError(
    `\`${name}\` is a function that returned ${what}. It must be synchronous and return a ` +
      `${name === "model" ? "Prisma model, such as `prisma.session`" : "session store"}.`,
  );
}

function noModelError(given: unknown): ConfigError {
  if (given === undefined || given === null) {
    return new ConfigError(
      "`model` is missing. Pass the model of your Prisma client, `model: prisma.session`. " +
        "If that is undefined, add the model `Session` to your schema and run `prisma generate`.",
    );
  }
  return new ConfigError(`\`model\` must be a Prisma model, but it is a ${typeof given}. Pass \`prisma.session\`.`);
}

function checkedStore(store: object): SessionStore {
  checkPart("store", store, STORE_VERBS);
  return store as SessionStore;
}

/**
 * TypeScript finds these mistakes at compile time. Without TypeScript and without this check, a
 * wrong part would fail only at the first request that needs it.
 */
function checkParts(
  { codec, serializer }: Required<Pick<SessionsOptions, "codec" | "serializer">>,
  options: {
    readonly [Name in "now" | "randomKey" | "onEvent" | "columns" | "expireAtBrowserClose" | "hashKeys"]?: unknown;
  },
) {
  checkPart("codec", codec, ["encode", "decode"]);
  checkPart("serializer", serializer, ["stringify", "parse"]);
  for (const name of ["expireAtBrowserClose", "hashKeys"] as const) {
    if (!["boolean", "undefined"].includes(typeof options[name])) {
      throw new ConfigError(`\`${name}\` must be true or false.`);
    }
  }
  for (const name of ["now", "randomKey", "onEvent", "columns"] as const) {
    const given = options[name];
    if (given !== undefined && typeof given !== "function") {
      throw new ConfigError(`\`${name}\` must be a function. Pass one, or leave the option out.`);
    }
  }
}

function checkPart(name: string, part: unknown, methods: readonly string[]): void {
  const missing = methods.filter((method) => typeof Reflect.get(Object(part), method) !== "function");
  if (missing.length === 0) return;
  throw new ConfigError(`\`${name}\` must have ${missing.map((method) => `\`${method}\``).join(", ")}.`);
}

function checkSchema(schema: unknown): void {
  if (schema === undefined) return;
  // The schemas of ArkType are functions.
  const standard: unknown = Reflect.get(Object(schema), "~standard");
  if (typeof Reflect.get(Object(standard), "validate") === "function") return;
  throw new ConfigError(
    "`schema` must have the Standard Schema interface. Pass a schema of Zod (3.24 or later), Valibot (1.0 or later) or ArkType (2.0 or later).",
  );
}

function resolveMaxPerOwner({
  columns,
  maxPerOwner,
}: {
  readonly columns?: unknown;
  readonly maxPerOwner?: { readonly column: unknown; readonly max: unknown } | undefined;
}): SessionConfig["maxPerOwner"] {
  if (maxPerOwner === undefined) return undefined;
  const { column, max } = maxPerOwner;
  if (typeof column !== "string" || !Number.isInteger(max) || (max as number) < 1) {
    throw new ConfigError(
      '`maxPerOwner` must be like `{ column: "userId", max: 5 }`. `max` must be a whole number of at least 1.',
    );
  }
  if (!columns) {
    throw new ConfigError(
      `\`maxPerOwner\` needs the option \`columns\` to fill \`${column}\`. ` +
        `Add \`columns: (data) => ({ ${column}: data.${column} ?? null })\`.`,
    );
  }
  return { column, max: max as number };
}

function checkedKeys(randomKey: () => string): () => string {
  return () => {
    const key = randomKey();
    if (isPossibleSessionKey(key)) return key;
    throw new ConfigError("`randomKey` must return 8 to 40 characters of a-z and 0-9.");
  };
}

function duration(name: string, seconds: number | undefined): number | undefined {
  if (seconds === undefined) return undefined;
  if (!Number.isFinite(seconds) || seconds <= 0) {
    throw new ConfigError(`\`${name}\` must be a positive number of seconds.`);
  }
  if (seconds <= MAX_COOKIE_SECONDS) return seconds;
  throw new ConfigError(
    `\`${name}\` must be at most ${MAX_COOKIE_SECONDS} seconds (400 days), because browsers keep no cookie longer. ` +
      "Did you mean milliseconds? Pass seconds.",
  );
}
