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
import { KeyedQueue } from "./record/keyed-queue.ts";
import type { SessionConfig } from "./record/session-config.ts";
import { secretKeys } from "./secret.ts";
import { MAX_COOKIE_SECONDS } from "./set-cookie.ts";
import type { FilledColumns, OwnColumns } from "./store/prisma/model-types.ts";
import { prismaStore } from "./store/prisma/prisma-store.ts";
import type { SessionDelegate } from "./store/prisma/session-delegate.ts";
import type { SessionStore } from "./store/session-store.ts";
import { withRetries } from "./store/with-retries.ts";

/** The options of `createSessions`, `createNextSessions` and `createWebSessions`. Durations are in seconds. */
export interface SessionsOptions<
  Data extends object = Record<string, unknown>,
  Model extends SessionDelegate = SessionDelegate,
> {
  /**
   * The session model of your Prisma client, `prisma.session`, or a synchronous function that returns a model: for a
   * client of each tenant or request. The function is called once for each session object, and once for each call of
   * `list`, `revoke` and `clearExpired`. Either this or `store`.
   */
  readonly model?: Model | (() => Model) | undefined;
  /** Where the rows are stored, if not in a Prisma model, or a function that returns a store. */
  readonly store?: SessionStore | (() => SessionStore) | undefined;
  /**
   * At least 32 random characters; of an array, the first signs and all verify, so that a secret can be replaced. Those after it may be
   * undefined: `[process.env.SESSION_SECRET, process.env.OLD_SESSION_SECRET]`.
   */
  readonly secret: string | readonly (string | undefined)[] | undefined;
  /** How long a session lives after its last save. Default: 1 209 600, two weeks. */
  readonly maxAge?: number;
  /**
   * How long a session may live since it was created or last authenticated (`markAuthenticated()`), whatever is saved
   * in the meantime. Default: no such limit.
   */
  readonly absoluteMaxAge?: number;
  /** How long after the last write `refresh()` moves the expiry on. Default: it never does. */
  readonly refreshAfter?: number;
  /** Whether the cookie ends with the browser, for sessions that were not given an expiry by `setExpiry`. Default: false. */
  readonly expireAtBrowserClose?: boolean;
  /**
   * What a save does when another request changed the session since it was read. `merge` (the default) keeps the changes of both, and for a
   * key that both changed the later one; `overwrite` keeps only this one's data; `error` throws a `ConflictError`.
   */
  readonly onConflict?: "merge" | "overwrite" | "error";
  /** How the data become a text. Default: `signedJson()`. */
  readonly codec?: Codec;
  /** Writes and reads the values inside the codec's text. Default: `JSON`, strictly: what it would not bring back is refused. */
  readonly serializer?: Serializer;
  /** Whether the table holds a hash of each session key instead of the key itself. Default: true. */
  readonly hashKeys?: boolean;
  /** The name and the attributes of the cookie. */
  readonly cookie?: CookieOptions;
  /**
   * Fills columns of your own model from what a session holds, at every save: whose session it is, say, so that `list()` and `revoke()` can
   * find it. `undefined` is written as `null`. Typed by your model if you name it: `createSessions<Data, typeof prisma.session>`.
   */
  readonly columns?: (data: Partial<Data>) => FilledColumns<Model>;
  /**
   * How many live sessions may have the same value in a column that `columns` fills. When one more gets it, by signing in, the sessions
   * that were authenticated longest ago (`markAuthenticated()`; otherwise those created longest ago) end. Default: no such limit.
   */
  readonly maxPerOwner?: { readonly column: keyof OwnColumns<Model> & string; readonly max: number };
  /** Gets every event. Default: `suspicious` and `limitNotEnforced` are printed as warnings. */
  readonly onEvent?: SessionEventListener;
  /** The clock, for tests. */
  readonly now?: () => Date;
  /** The generator of session keys, for tests: 8 to 40 characters of a-z and 0-9. */
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

/** The checked options. Each call asks `model` or `store` once, if it is a function. */
export type ConfigSource = () => SessionConfig;

/** @throws ConfigError for options that are missing or impossible */
export function resolveOptions<Data extends object, Model extends SessionDelegate>(
  options: SessionsOptions<Data, Model>,
): ConfigSource {
  checkOptionNames(options);
  const { codec = signedJson(), serializer = JSON, onConflict = "merge", hashKeys = true } = options;
  if (!["merge", "overwrite", "error"].includes(onConflict)) {
    throw new ConfigError('The option onConflict is none of its values. Give "merge", "overwrite" or "error".');
  }
  checkParts({ codec, serializer }, options);
  cookieAttributes(options.cookie);
  const maxAge = duration("maxAge", options.maxAge) ?? TWO_WEEKS;
  const refreshAfter = duration("refreshAfter", options.refreshAfter);
  if (refreshAfter !== undefined && refreshAfter >= maxAge) {
    throw new ConfigError(
      "The option refreshAfter is no shorter than maxAge, so a session would end before. Give fewer seconds.",
    );
  }
  const maxPerOwner = resolveMaxPerOwner(options);
  const now = options.now ?? (() => new Date());
  const config: Omit<SessionConfig, "store"> = {
    codec,
    serializer,
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

/** Checks each model or store once, however often a function returns it. */
function configSource(
  { model, store }: { readonly model?: unknown; readonly store?: unknown },
  configOf: (store: SessionStore) => SessionConfig,
): ConfigSource {
  if (model && store) throw new ConfigError("The options model and store were both given. Give one of them.");
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

/** What the function given as an option has returned. */
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
      "The option model is missing. Pass the model of your Prisma client, `model: prisma.session`; " +
        "if that is undefined, add the model Session to your schema and run `prisma generate`.",
    );
  }
  return new ConfigError(`\`model\` must be a Prisma model, but it is a ${typeof given}. Pass \`prisma.session\`.`);
}

function checkedStore(store: object): SessionStore {
  checkPart("store", store, STORE_VERBS);
  return store as SessionStore;
}

/** TypeScript says this at compile time; without it, a wrong part would fail at the first request that needs it. */
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
      throw new ConfigError(`The option ${name} is no function. Give one, or leave it out.`);
    }
  }
}

function checkPart(name: string, part: unknown, methods: readonly string[]): void {
  const missing = methods.filter((method) => typeof Reflect.get(Object(part), method) !== "function");
  if (missing.length > 0) throw new ConfigError(`The option ${name} is no ${name}. It needs ${missing.join(", ")}.`);
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
    throw new ConfigError('The option maxPerOwner is none. Give it like `{ column: "userId", max: 5 }`.');
  }
  if (!columns) {
    throw new ConfigError(
      `The option maxPerOwner needs the option columns, which fills ${column}: \`columns: (data) => ({ ${column}: data.${column} ?? null })\`.`,
    );
  }
  return { column, max: max as number };
}

function checkedKeys(randomKey: () => string): () => string {
  return () => {
    const key = randomKey();
    if (isPossibleSessionKey(key)) return key;
    throw new ConfigError("The option randomKey gave no session key. Let it return 8 to 40 characters of a-z and 0-9.");
  };
}

function duration(name: string, seconds: number | undefined): number | undefined {
  if (seconds === undefined) return undefined;
  if (!Number.isFinite(seconds) || seconds <= 0) {
    throw new ConfigError(`\`${name}\` must be a positive number of seconds.`);
  }
  if (seconds <= MAX_COOKIE_SECONDS) return seconds;
  throw new ConfigError(
    `\`${name}\` must be at most ${MAX_COOKIE_SECONDS} seconds (400 days), as browsers keep no cookie longer. ` +
      "Did you mean milliseconds? Give seconds.",
  );
}
