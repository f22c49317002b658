import { shortKeyHash } from "../key/session-key.ts";
import { isValidSessionKey } from "../key/valid-session-key.ts";
import type { SessionConfig } from "../record/session-config.ts";
import type { Columns } from "../store/session-store.ts";
import { deleteInRounds, type Round } from "./delete-in-rounds.ts";
import { deleteRevoked } from "./delete-revoked.ts";
import { matchingStore } from "./matching-store.ts";
import { validateWhere } from "./validate-where.ts";

const BATCH_SIZE = 100;

/** For `Sessions.revoke`. */
export interface RevokeOptions {
  /**
   * A session that stays, or its key. For "sign out everywhere else", pass the session of the
   * request.
   */
  readonly except?: { readonly sessionKey: string | null } | string | null;
  /** Revokes only the session to which `list()` gives this `keyHash`. */
  readonly keyHash?: string;
}

/** Deletes the rows that match a condition; see `Sessions.revoke`. */
export async function revokeSessions(
  config: Pick<SessionConfig, "store" | "emit" | "storedKey">,
  where: Columns,
  options: RevokeOptions = {},
): Promise<number> {
  validateWhere("revoke", where);
  validateOptions(options);
  const { except, keyHash } = options;
  const store = matchingStore(config.store, "revoke()");
  const exceptKey = exceptedKey(config, except);
  // No column holds the hash. So all rows of the owner in the condition are read.
  const limit = keyHash === undefined ? BATCH_SIZE : undefined;

  return deleteInRounds("Sessions", async ({ misses }): Promise<Round> => {
    const rows = await store.findMatching(where, {
      ...(exceptKey !== undefined && { exceptKey }),
      ...(limit !== undefined && { limit }),
    });
    const keys = rows.map(({ key }) => key).filter((key) => keyHash === undefined || shortKeyHash(key) === keyHash);
    if (keys.length === 0) return { deleted: 0, isLast: true, isMiss: false };
    // A session that gets a new key again and again is deleted by the condition alone, whatever its
    // key is.
    const isByCondition = misses > 0 && keyHash === undefined && rows.length !== limit;
    const among = isByCondition ? { exceptKeys: exceptKey === undefined ? [] : [exceptKey] } : { keys };
    const deleted = await deleteRevoked(store, keys, where, "revoke", config, among);
    // A session that got a new key between the reading and the DELETE is found in the next round.
    return { deleted, isLast: deleted === keys.length && rows.length !== limit, isMiss: deleted === 0 };
  });
}

/**
 * Without an option, more sessions would be revoked. So an option that has a name but no value is a
 * mistake.
 */
function validateOptions(options: RevokeOptions): void {
  if (typeof options !== "object" || options === null) {
    throw new TypeError("revoke(): the options must be an object like `{ except }` or `{ keyHash }`, or absent.");
  }
  if ("sessionKey" in options) {
    throw new TypeError("revoke(): the options are a session. To keep this session, pass `{ except: session }`.");
  }
  if ("except" in options && options.except === undefined) {
    throw new TypeError("revoke(): `except` is undefined. Pass a session or its sessionKey, or leave `except` out.");
  }
  if ("keyHash" in options && typeof options.keyHash !== "string") {
    throw new TypeError("revoke(): `keyHash` must be a string. Pass one that `list()` returned, or leave it out.");
  }
}

function exceptedKey(
  { storedKey }: Pick<SessionConfig, "storedKey">,
  except: RevokeOptions["except"],
): string | undefined {
  const key = typeof except === "object" && except !== null ? except.sessionKey : except;
  if (except === undefined || key === null) return undefined;
  if (isValidSessionKey(key)) return storedKey(key);
  throw new TypeError("revoke(): `except` must be a session or its sessionKey.");
}
