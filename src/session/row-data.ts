import type { CodecContext } from "../codec/codec.ts";
import { textEncoderOf } from "../codec/of-text.ts";
import type { SessionRow } from "../store/session-store.ts";
import { type Texts, textsOf } from "./changes.ts";
import type { SessionConfig } from "./session-config.ts";

/** A row without its key. */
export type StoredRow = Pick<SessionRow, "data" | "expireDate">;

/** A row as a request last read or wrote it, with what it holds. */
export interface KnownRow extends StoredRow {
  readonly texts: Texts;
}

/** A row, and the dictionary in it. */
export interface Decoded {
  readonly data: Map<string, unknown>;
  readonly row: KnownRow;
}

export const isSameRow = (a: StoredRow | undefined, b: StoredRow | undefined): boolean =>
  a !== undefined && a.data === b?.data && a.expireDate.getTime() === b.expireDate.getTime();

/** The text for the row of a session key. */
export function encodeRowData(
  data: ReadonlyMap<string, unknown>,
  texts: Texts,
  sessionKey: string,
  config: SessionConfig,
): string {
  const { codec, serializer } = config;
  const context = codecContext(sessionKey, config);
  const encodeText = serializer === JSON ? textEncoderOf(codec) : undefined;
  return encodeText ? encodeText(jsonOf(texts), context) : codec.encode(Object.fromEntries(data), context);
}

/** The JSON of a dictionary, of whose values that is known. */
function jsonOf(texts: Texts): string {
  let json = "";
  for (const [key, text] of texts) json += `${json === "" ? "" : ","}${JSON.stringify(key)}:${text}`;
  return `{${json}}`;
}

/** The dictionary in the row of a session key; `undefined` when its text does not verify or decode. */
export function decodeRowData(
  text: string,
  sessionKey: string,
  config: SessionConfig,
): Map<string, unknown> | undefined {
  const data = config.codec.decode(text, codecContext(sessionKey, config));
  return data && new Map(Object.entries(data));
}

/** The same with what the row is known by; `undefined` also when what was decoded cannot be written again, as what is nested too deep. */
export function decodeRow(
  { data: text, expireDate }: StoredRow,
  sessionKey: string,
  config: SessionConfig,
): Decoded | undefined {
  const data = decodeRowData(text, sessionKey, config);
  try {
    return data && { data, row: { data: text, expireDate, texts: textsOf(data, config.serializer) } };
  } catch {
    return undefined;
  }
}

/** Whether the text was written with a secret that is not the first any more: then the next write of the row writes the text anew. */
export function isOfOlderSecret(text: string, sessionKey: string, config: SessionConfig): boolean {
  const { newest } = config.secrets;
  return newest !== undefined && decodeRowData(text, sessionKey, { ...config, secrets: newest }) === undefined;
}

function codecContext(sessionKey: string, { storedKey, secrets, serializer }: SessionConfig): CodecContext {
  return { storedKey: storedKey(sessionKey), secrets, serializer };
}
