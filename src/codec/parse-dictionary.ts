import type { Serializer, SessionData } from "./codec.ts";

/** Parses text that must be a dictionary; `undefined` when the serializer refuses it or it is something else. */
export function parseDictionary(text: string, serializer: Serializer): SessionData | undefined {
  try {
    const value = serializer.parse(text);
    return isDictionary(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isDictionary(value: unknown): value is SessionData {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
