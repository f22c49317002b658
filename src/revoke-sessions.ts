import { deleteRevoked } from "./admin/delete-revoked.ts";
import { matchingStore } from "./admin/matching.ts";
import { cannotBeDeleted, MAX_IN_VAIN } from "./cannot-be-deleted.ts";
import { checkCondition } from "./condition.ts";
import { jitter } from "./jitter.ts";
import { shortKeyHash } from "./key.ts";
import { isPossibleSessionKey } from "./possible-key.ts";
import type { SessionConfig } from "./record/session-config.ts";
import type { Columns } from "./store/session-store.ts";

const BATCH_SIZE = 100;

/** For `Sessions.revoke`. */
export interface RevokeOptions {
  /** A session that goes on, or its key: that of the request at hand, for "sign out everywhere else". */
  readonly except?: { readonly sessionKey: string | null } | string | null;
  /** Only the session that `list()` calls so. */
  readonly keyHash?: string;
}

/** Deletes the rows that meet a condition; see `Sessions.revoke`. */
export async function revokeSessions(
  config: Pick<SessionConfig, "store" | "emit" | "storedKey">,
  where: Columns,
  options: RevokeOptions = {},
): Promise<number> {
  checkCondition("revoke", where);
  checkOptions(options);
  const { except, keyHash } = options;
  const store = matchingStore(config.store, "revoke()");
  const exceptKey = exceptedKey(config, except);
  let revoked = 0;
  let inVain = 0;
  while (true) {
    // A hash is no column: of the one owner that the condition names, all are read.
    const limit = keyHash === undefined ? BATCH_SIZE : undefined;
    const rows = await store.findMatching(where, {
      ...(exceptKey !== undefined && { exceptKey }),
      ...(limit !== undefined && { limit }),
    });
    const keys = rows.map(({ key }) => key).filter((key) => keyHash === undefined || shortKeyHash(key) === keyHash);
    if (keys.length === 0) return revoked;
    // Of the last ones, who was always faster, by changing keys, is met by the condition alone, under whichever key.
    const isByCondition = inVain > 0 && keyHash === undefined && rows.length !== limit;
    const among = isByCondition ? { exceptKeys: exceptKey === undefined ? [] : [exceptKey] } : { keys };
    const count = await deleteRevoked(store, keys, where, "revoke", config, among);
    revoked += count;
    // Whoever changed its key between the reading and the DELETE is found under the new one.
    if (count === keys.length && rows.length !== limit) return revoked;
    inVain = count === 0 ? inVain + 1 : 0;
    if (inVain === MAX_IN_VAIN) throw cannotBeDeleted("Sessions");
    if (inVain > 0) await jitter(inVain);
  }
}

/** More sessions would end without them, so what is there by name, but has no value, was meant to have one. */
function checkOptions(options: RevokeOptions): void {
  if (typeof options !== "object" || options === null) {
    throw new TypeError("The options of revoke() are none. Give `{ except }` or `{ keyHash }`, or leave them out.");
  }
  if ("sessionKey" in options) {
    throw new TypeError("The options of revoke() are a session. To leave that alone, give `{ except: session }`.");
  }
  const isMissing =
    ("except" in options && options.except === undefined) ||
    ("keyHash" in options && typeof options.keyHash !== "string");
  if (!isMissing) return;
  throw new TypeError("An option of revoke() has no value. Give `except` or `keyHash` one, or leave it out.");
}

function exceptedKey(
  { storedKey }: Pick<SessionConfig, "storedKey">,
  except: RevokeOptions["except"],
): string | undefined {
  const key = typeof except === "object" && except !== null ? except.sessionKey : except;
  if (except === undefined || key === null) return undefined;
  if (isPossibleSessionKey(key)) return storedKey(key);
  throw new TypeError("The `except` of revoke() is no session. Give a session or its sessionKey.");
}
