/**
 * Sessions without a framework, the stores, the codecs, the errors and the events.
 *
 * @module prisma-db-session
 */

export type { ClearExpiredOptions } from "./admin/clear-expired.ts";
export type { ListedSession } from "./admin/list-sessions.ts";
export type { RevokeOptions } from "./admin/revoke-sessions.ts";
export type { Codec, CodecContext, Serializer } from "./codec/codec.ts";
export { encryptedJson } from "./codec/encrypted-json.ts";
export { plainJson } from "./codec/plain-json.ts";
export { signedJson } from "./codec/signed-json.ts";
export type { CookieOptions } from "./cookie/cookie-attributes.ts";
export {
  ConfigError,
  ConflictError,
  CreateError,
  SerializationError,
  SessionError,
  SessionInterruptedError,
  SessionNotLoadedError,
  SessionReadOnlyError,
  UpdateError,
} from "./errors.ts";
export type { SessionEvent, SessionEventListener } from "./events.ts";
export type { SecretKeys } from "./key/secret-keys.ts";
export type { SessionsOptions } from "./options.ts";
export { NIST_AAL1, NIST_AAL2, NIST_AAL3 } from "./presets.ts";
export type { Expiry } from "./record/expiry.ts";
export type { SchemaIssue, SchemaResult, StandardSchema } from "./record/standard-schema.ts";
export type { DbSession } from "./session/db-session.ts";
export type { ExpiryOptions, SessionBase } from "./session/session-base.ts";
export { createSessions, type Sessions } from "./sessions.ts";
export { memoryStore } from "./store/memory-store.ts";
export type { FilledColumns, ModelWhere, OwnColumns } from "./store/prisma/model-types.ts";
export { prismaStore } from "./store/prisma/prisma-store.ts";
export type { SessionDelegate } from "./store/prisma/session-delegate.ts";
export type {
  Columns,
  ErrorClass,
  ExpiredRows,
  FindExpiredOptions,
  FindMatchingOptions,
  MatchingRow,
  MatchingRows,
  RowChanges,
  SessionRow,
  SessionStore,
  StoredRow,
  UpdateGuard,
  UpdateOutcome,
} from "./store/session-store.ts";
