import { columnMapper } from "../admin/column-mapper.ts";
import { matchingStore } from "../admin/matching-store.ts";
import { signedJson } from "../codec/signed-json.ts";
import { cookieAttributes } from "../cookie/cookie-attributes.ts";
import { ConfigError } from "../errors.ts";
import { isDefaultWarning, safeListener, warnByDefault } from "../events.ts";
import { secretKeys } from "../key/secret-keys.ts";
import { hashSessionKey, randomSessionKey } from "../key/session-key.ts";
import { isValidSessionKey } from "../key/valid-session-key.ts";
import type { SessionsOptions } from "../options.ts";
import { MAX_COOKIE_SECONDS } from "../record/expiry.ts";
import { KeyedQueue } from "../record/keyed-queue.ts";
import type { SessionConfig } from "../record/session-config.ts";
import type { SessionDelegate } from "../store/prisma/session-delegate.ts";
import { withRetries } from "../store/with-retries.ts";
import { warnOfWeakSecret } from "../warnings/weak-secret.ts";
import { checkPart } from "./check-part.ts";
import { type ConfigSource, configSource } from "./config-source.ts";
import { checkOptionNames } from "./option-names.ts";

const TWO_WEEKS = 1_209_600;

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
  warnOfWeakSecret(options.secret);
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
    if (isValidSessionKey(key)) return key;
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
