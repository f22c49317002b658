import { cannotBeDeleted, MAX_IN_VAIN } from "./cannot-be-deleted.ts";
import { checkCondition } from "./condition.ts";
import { jitter } from "./jitter.ts";
import { shortKeyHash } from "./key.ts";
import { isPossibleSessionKey } from "./possible-key.ts";
import { deleteRevoked } from "./session/revoke-rows.ts";
import type { SessionConfig } from "./session/session-config.ts";
import { carryOut } from "./store/carry-out.ts";
import type { Columns } from "./store/session-store.ts";

const BATCH_SIZE = 100;

/** For `Sessions.revoke`. */
export interface RevokeOptions {
  /** A session that goes on, or its key: that of the request at hand, for "sign out everywhere else". */
  readonly except?: { readonly sessionKey: string | null } | string | null | undefined;
  /** Only the session that `list()` calls so. */
  readonly keyHash?: string | undefined;
}

/** Deletes the rows that meet a condition; see `Sessions.revoke`. */
export async function revokeSessions(
  config: SessionConfig,
  where: Columns,
  { except, keyHash }: RevokeOptions = {},
): Promise<number> {
  checkCondition("revoke", where);
  const { store } = config;
  const exceptKey = exceptedKey(config, except);
  let revoked = 0;
  let inVain = 0;
  while (true) {
    // A hash is no column: of the one owner that the condition names, all are read.
    const limit = keyHash === undefined ? BATCH_SIZE : undefined;
    const rows = await carryOut(store, () => ({
      send: () => store.findMatching(where, { exceptKey, limit }),
      isRepeatable: true,
    }));
    const keys = rows.map(({ key }) => key).filter((key) => keyHash === undefined || shortKeyHash(key) === keyHash);
    if (keys.length === 0) return revoked;
    const count = await deleteRevoked(keys, where, "revoke", config);
    revoked += count;
    // Whoever changed its key between the reading and the DELETE is found under the new one.
    if (count === keys.length && rows.length !== limit) return revoked;
    inVain = count === 0 ? inVain + 1 : 0;
    if (inVain === MAX_IN_VAIN) throw cannotBeDeleted("Sessions");
    if (inVain > 0) await jitter(inVain);
  }
}

function exceptedKey({ storedKey }: SessionConfig, except: RevokeOptions["except"]): string | undefined {
  const key = typeof except === "object" ? except?.sessionKey : except;
  if (key === undefined || key === null) return undefined;
  if (isPossibleSessionKey(key)) return storedKey(key);
  throw new TypeError("The `except` of revoke() is no session. Give a session or its sessionKey.");
}
