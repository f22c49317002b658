/**
 * The base class of every error of this package. Each error has a literal `code` and a literal
 * `name`. Compare one of these instead of using `instanceof`: a bundler may put two copies of a
 * class into one application, and it shortens class names.
 *
 * The package never wraps a database error that is not about the session itself. The caller gets
 * that error unchanged.
 */
export abstract class SessionError extends Error {
  /** The kind of error. It is stable across versions and bundlers. */
  abstract readonly code: string;
}

/**
 * The package could not create a row. Either every key that it tried is taken, or
 * `save({ mustCreate: true })` was called on a session that has a row already.
 */
export class CreateError extends SessionError {
  override readonly name = "CreateError";
  readonly code = "SESSION_CREATE";
}

/**
 * The session's row no longer exists: the session was signed out, deleted or expired, or got a new
 * key from another request. The package updated nothing and created no row.
 *
 * Leave the cookie alone, because the browser may have a newer one by now. Send the user to the
 * sign-in page.
 */
export class UpdateError extends SessionError {
  override readonly name = "UpdateError";
  readonly code = "SESSION_UPDATE";
}

/**
 * Another request changed the session after this request read it. The package could not merge the
 * changes, or `onConflict: "error"` forbids the merge. This write changed nothing.
 */
export class ConflictError extends SessionError {
  override readonly name = "ConflictError";
  readonly code = "SESSION_CONFLICT";
}

/**
 * An option is missing or invalid, the table does not fit, or the package was called where it
 * cannot work. Only a change of the code or of the database can help.
 */
export class ConfigError extends SessionError {
  override readonly name = "ConfigError";
  readonly code = "SESSION_CONFIG";
}

/** A value of the session would not be the same after a save and a load. Nothing was written. */
export class SerializationError extends SessionError {
  override readonly name = "SerializationError";
  readonly code = "SESSION_SERIALIZATION";

  constructor(
    message: string,
    /** The path of the value, as in code: `cart[0].addedAt`. */
    readonly path: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** The session has a key, but its data were used before `load()`. */
export class SessionNotLoadedError extends SessionError {
  override readonly name = "SessionNotLoadedError";
  readonly code = "SESSION_NOT_LOADED";
}

/**
 * A write was called where no cookie can be set: in a server component, in `generateMetadata` or in
 * `after()`. Nothing was written, unless `isWritten` is true.
 */
export class SessionReadOnlyError extends SessionError {
  override readonly name = "SessionReadOnlyError";
  readonly code = "SESSION_READ_ONLY";
  /**
   * True if the row was written, but the browser was not told: its cookie could not be changed at
   * last. Do not repeat the change. Default: false.
   */
  readonly isWritten: boolean;

  constructor(
    message: string,
    { isWritten = false, ...options }: ErrorOptions & { readonly isWritten?: boolean } = {},
  ) {
    super(message, options);
    this.isWritten = isWritten;
  }
}

/**
 * The session ended while a server action was using it.
 *
 * In production, Next.js masks every other part of an error. An error boundary sees only the
 * `digest`.
 */
export class SessionInterruptedError extends SessionError {
  override readonly name = "SessionInterruptedError";
  readonly code = "SESSION_INTERRUPTED";
  /** What an error boundary of Next.js receives in production instead of the message. */
  readonly digest = "SESSION_INTERRUPTED";
}
