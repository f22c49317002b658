import { WRITE_ID_LENGTH, WRITES_KEPT, type WriteLog } from "./write-log.ts";

/** What a row says about itself. It is one entry of the dictionary that the serializer writes. */
export interface RowMetadata extends WriteLog {
  /**
   * When the session was created, or last authenticated by `markAuthenticated()`, in milliseconds
   * since 1970. `absoluteMaxAge` counts from here. `undefined` if another program wrote the row.
   */
  readonly startedAt: number | undefined;
}

const NO_METADATA: RowMetadata = { startedAt: undefined, writes: 0, ids: [] };
const WRITE_IDS = new RegExp(`^(?:[a-z0-9]{${WRITE_ID_LENGTH}}){0,${WRITES_KEPT}}$`);
const EACH_ID = new RegExp(`.{${WRITE_ID_LENGTH}}`, "g");

/** The entry's value, short because every row has it. Every serializer can write it. */
export const encodeMetadata = ({ startedAt, writes, ids }: RowMetadata): unknown => [startedAt, writes, ids.join("")];

export function decodeMetadata(value: unknown): RowMetadata {
  if (!Array.isArray(value)) return NO_METADATA;
  const [startedAt, writes, ids]: unknown[] = value;
  const isValid =
    Number.isFinite(startedAt) && Number.isSafeInteger(writes) && typeof ids === "string" && WRITE_IDS.test(ids);
  if (!isValid) return NO_METADATA;
  return { startedAt: startedAt as number, writes: writes as number, ids: ids.match(EACH_ID) ?? [] };
}
