import { ConfigError } from "../errors.ts";
import type { SessionConfig } from "../record/session-config.ts";
import { prismaStore } from "../store/prisma/prisma-store.ts";
import type { SessionDelegate } from "../store/prisma/session-delegate.ts";
import { PRISMA_8_ADVICE, prisma8Object } from "../store/prisma-8-object.ts";
import type { SessionStore } from "../store/session-store.ts";
import { checkPart } from "./check-part.ts";

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

/** Checks each model or store only once, even if a function returns it many times. */
export function configSource(
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
  const isStore = STORE_VERBS.every((verb) => typeof Reflect.get(store, verb) === "function");
  const prisma8 = isStore ? undefined : prisma8Object(store);
  if (prisma8) throw new ConfigError(`\`store\` must be a session store, but this is ${prisma8}. ${PRISMA_8_ADVICE}`);
  if (!isStore && ("$queryRaw" in store || "findUnique" in store)) {
    throw new ConfigError(
      "`store` must be a session store, but this is a Prisma client or a model of one. " +
        "Pass the model as `model: prisma.session`, without `store`.",
    );
  }
  checkPart("store", store, STORE_VERBS);
  return store as SessionStore;
}
