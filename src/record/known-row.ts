import { type SerializedValues, serializeValues } from "../codec/serialize-values.ts";
import type { StoredRow, UpdateGuard } from "../store/session-store.ts";
import type { Dictionary } from "./dictionary.ts";
import { HiddenValue, isHidden, unhide } from "./hidden-value.ts";
import { METADATA } from "./reserved.ts";
import { decodeMetadata, encodeMetadata, type RowMetadata } from "./row-metadata.ts";
import type { SessionConfig } from "./session-config.ts";

/** A row as this request last read or wrote it. */
export interface KnownRow extends StoredRow {
  readonly metadata: RowMetadata;
  /** The serialized dictionary, which the codec protects. */
  readonly text: string;
  /**
   * The serialized values, if this request wrote the row. Otherwise {@link valuesOf} finds them in
   * the text.
   */
  readonly values?: SerializedValues;
}

/** A row that was read, and its dictionary. */
export interface DecodedRow {
  readonly row: KnownRow;
  readonly data: Dictionary;
}

/** Cloudflare D1 allows 50 characters in the pattern of a LIKE. */
const MAX_PREFIX_LENGTH = 45;
/**
 * Prisma escapes no wildcards, and SQLite's LIKE ignores case. So other characters could match
 * another text.
 */
const SAFE_PREFIX = /^[a-z0-9.{}":_-]+$/;

/** `undefined` if the data do not verify, or are not a dictionary. */
export function decodeRow(stored: StoredRow, storedKey: string, config: SessionConfig): DecodedRow | undefined {
  const text = config.codec.decode(stored.data, { storedKey, secrets: config.secrets });
  const parsed = text === undefined ? undefined : parseDictionary(text, config);
  if (text === undefined || !parsed) return undefined;
  const { data, metadata } = parsed;
  return { row: { data: stored.data, expireDate: stored.expireDate, metadata, text }, data };
}

/** The row that holds a dictionary under a key. */
export function encodeRow(
  data: Dictionary,
  values: SerializedValues,
  { storedKey, metadata, expireDate }: Pick<KnownRow, "metadata" | "expireDate"> & { readonly storedKey: string },
  config: SessionConfig,
): KnownRow {
  const { codec, serializer, secrets } = config;
  const entry = encodeMetadata(metadata);
  const text =
    serializer === JSON
      ? jsonOf(values, METADATA, JSON.stringify(entry))
      : serializer.stringify(Object.fromEntries([...unhide(data), [METADATA, entry]]));
  return { data: codec.encode(text, { storedKey, secrets }), expireDate, metadata, text, values };
}

/** @throws SerializationError for a value that would not be the same after a load */
export const serialize = (data: Dictionary, { serializer }: SessionConfig): SerializedValues =>
  serializeValues(unhide(data), serializer);

/** The serialized values of a row, which changes are found against. Only a save needs them. */
export function valuesOf(row: KnownRow, config: SessionConfig): SerializedValues {
  if (row.values) return row.values;
  const { serializer } = config;
  return new Map([...dictionaryOf(row, config)].map(([key, value]) => [key, serializer.stringify(value)]));
}

/** One value of a row, as it was read or written. */
export function valueOfRow(row: KnownRow, key: string, config: SessionConfig): unknown {
  const text = valuesOf(row, config).get(key);
  return text === undefined ? undefined : config.serializer.parse(text);
}

/** A deep copy, hidden values included. @throws SerializationError like {@link serialize} */
export function copyDictionary(data: Dictionary, config: SessionConfig): Dictionary {
  const copies = [...serialize(data, config)].map(([key, text]): [string, unknown] => {
    const copy = config.serializer.parse(text);
    return [key, isHidden(data.get(key)) ? new HiddenValue(copy) : copy];
  });
  return new Map(copies);
}

/** The dictionary of a row once more, as it was read or written. */
export const dictionaryOf = ({ text }: KnownRow, config: SessionConfig): Dictionary =>
  parseDictionary(text, config)?.data ?? new Map();

/**
 * What a row must still be when an update arrives. A unique prefix spares sending the old data
 * again.
 */
export function guardOf({ data }: StoredRow, { codec, now }: SessionConfig): UpdateGuard {
  const length = Math.min(codec.uniquePrefixLength ?? 0, MAX_PREFIX_LENGTH);
  const prefix = data.slice(0, length);
  return { liveAt: now(), data: SAFE_PREFIX.test(prefix) ? { startsWith: prefix } : data };
}

/**
 * Whether an older secret protects the row. Then the next write of the row also writes the data.
 */
export function hasOlderSecret({ data }: StoredRow, storedKey: string, config: SessionConfig): boolean {
  const { newest } = config.secrets;
  return newest !== undefined && config.codec.decode(data, { storedKey, secrets: newest }) === undefined;
}

/** JSON of the values, each of which is JSON already. */
function jsonOf(values: SerializedValues, metadataKey: string, metadata: string): string {
  let json = "{";
  for (const [key, text] of values) json += `${JSON.stringify(key)}:${text},`;
  return `${json}"${metadataKey}":${metadata}}`;
}

function parseDictionary(
  text: string,
  { serializer }: SessionConfig,
): { readonly data: Dictionary; readonly metadata: RowMetadata } | undefined {
  let parsed: unknown;
  try {
    parsed = serializer.parse(text);
  } catch {
    return undefined;
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) return undefined;
  // A map has no prototype to pollute.
  const data = new Map<string, unknown>(Object.entries(parsed));
  const metadata = decodeMetadata(data.get(METADATA));
  data.delete(METADATA);
  return { data, metadata };
}
