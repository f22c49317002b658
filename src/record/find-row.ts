import type { KeyedSessionEvent } from "../events.ts";
import type { StoredRow } from "../store/session-store.ts";
import { absoluteEnd, isLive } from "./expiry.ts";
import { type DecodedRow, decodeRow, type KnownRow } from "./known-row.ts";
import type { LiveRowState, Write } from "./row-state.ts";
import { hideMisfits } from "./schema-check.ts";
import { hasSchema, type SessionConfig } from "./session-config.ts";
import { fateOfWrites, isInLog, type WriteFate } from "./write-log.ts";

/** A row that was read again. */
export interface FoundRow {
  /** Another key than before if a rotation was applied, although its acknowledgement was lost. */
  readonly sessionKey: string;
  /** `undefined` if the data do not verify. */
  readonly decoded: DecodedRow | undefined;
}

/**
 * The row under its key, or under that of a rotation that may have been applied.
 * @param sent the last write, if there was one
 */
export async function findRow(
  { sessionKey, inDoubt }: LiveRowState,
  sent: Write | undefined,
  config: SessionConfig,
): Promise<FoundRow | undefined> {
  const { store, storedKey } = config;
  const writes = sent ? [...inDoubt, sent] : inDoubt;
  for (const key of new Set([sessionKey, ...writes.map((write) => write.sessionKey)])) {
    const stored = await store.find(storedKey(key));
    if (!stored) continue;
    const decoded = decodeRow(stored, storedKey(key), config);
    // Otherwise the option `columns` would see a misfit that is merged.
    if (decoded && hasSchema(config)) await hideMisfits(decoded, config);
    return { sessionKey: key, decoded };
  }
  return undefined;
}

/** Whether the row that was found has a write in its log. */
export const isWriteIn = (found: FoundRow | undefined, write: Write): boolean =>
  found?.sessionKey === write.sessionKey &&
  found.decoded !== undefined &&
  isInLog(write.id, found.decoded.row.metadata);

/** What the row that was found says about the writes in doubt. */
export function fateIn(
  found: FoundRow | undefined,
  { sessionKey, row, inDoubt }: LiveRowState,
  { now: clock }: SessionConfig,
): WriteFate {
  // A row that is still under its old key was not rotated. So only the other writes are looked for
  // in it.
  const ids = inDoubt.filter((write) => write.sessionKey === found?.sessionKey).flatMap(({ id }) => id ?? []);
  if (found && !found.decoded) return ids.length > 0 ? "unknown" : "gone";
  const now = found?.decoded?.row;
  const fate = fateOfWrites(ids, row, now && { ...now, isLive: isLive(now, clock()) });
  return found && found.sessionKey !== sessionKey && fate !== "applied" ? "gone" : fate;
}

/** Why there is no live session in a row that was read. `undefined` if there is one. */
export function problemOf(
  stored: StoredRow | undefined,
  row: KnownRow | undefined,
  config: SessionConfig,
): KeyedSessionEvent | undefined {
  if (!stored) return { type: "unknownKey" };
  const now = config.now();
  if (!isLive(stored, now)) return { type: "ended", reason: "expired" };
  if (!row) return { type: "suspicious" };
  const end = absoluteEnd(row.metadata.startedAt ?? now.getTime(), config);
  return end && end <= now ? { type: "ended", reason: "expired" } : undefined;
}

/**
 * Whether a write of the expiry alone is in the row. Some drivers of MySQL count only rows whose
 * values changed. So a write of the same expiry matches nothing.
 */
export const isExpiryThere = (write: Write | undefined, now: KnownRow | undefined): write is Write =>
  write !== undefined && write.id === undefined && write.row.expireDate.getTime() === now?.expireDate.getTime();
