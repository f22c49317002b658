import type { ErrorClass, SessionStore } from "./session-store.ts";

/** The class of an error that a store threw. */
export const errorClassOf = (store: SessionStore, error: unknown): ErrorClass =>
  store.classifyError?.(error) ?? "unknown";
