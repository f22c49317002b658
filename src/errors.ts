/**
 * Every error of this package is a {@link SessionError} with a literal `code`. Compare the code (or the `name`, which is a literal
 * too) rather than using `instanceof`: a bundler may put two copies of a class into one application, and it shortens class names.
 *
 * A database error that is not about the session itself is never wrapped: it reaches the caller as it came.
 */
export abstract class SessionError extends Error {
  /** Names this kind of error; stable across versions and bundlers. */
  abstract readonly code: string;
}

/** No row could be created: every key that was tried is taken, or `save({ mustCreate: true })` met a session that has a row. */
export class CreateError extends SessionError {
  override readonly name = "CreateError";
  readonly code = "SESSION_CREATE";
}

/**
 * The session's row is gone (signed out, deleted or expired meanwhile), so there was nothing to update, and no row was made. The
 * browser still has the cookie: `flush()` removes it.
 */
export class UpdateError extends SessionError {
  override readonly name = "UpdateError";
  readonly code = "SESSION_UPDATE";
}

/** Another request changed the session since it was read, and the change could not be, or was not to be, merged. This write changed nothing. */
export class ConflictError extends SessionError {
  override readonly name = "ConflictError";
  readonly code = "SESSION_CONFLICT";
}

/** An option is missing or impossible. */
export class ConfigError extends SessionError {
  override readonly name = "ConfigError";
  readonly code = "SESSION_CONFIG";
}

/** A value in the session would not come back from the database as it went in. Nothing was written. */
export class SerializationError extends SessionError {
  override readonly name = "SerializationError";
  readonly code = "SESSION_SERIALIZATION";

  constructor(
    message: string,
    /** Where the value is, as one would write it in code: `cart[0].addedAt`. */
    readonly path: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** The data of a session that has a key was used before `load()`. */
export class SessionNotLoadedError extends SessionError {
  override readonly name = "SessionNotLoadedError";
  readonly code = "SESSION_NOT_LOADED";
}

/**
 * The session cannot be written, because no cookie can be set: in a server component, in
 * `generateMetadata` or in `after()`. Nothing was written, unless `isWritten` is true.
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
 * The session ended while a server action was at work on it.
 *
 * Its `digest` is what an error boundary of Next.js gets to see in production, where everything else of an error is masked.
 */
export class SessionInterruptedError extends SessionError {
  override readonly name = "SessionInterruptedError";
  readonly code = "SESSION_INTERRUPTED";
  readonly digest = "SESSION_INTERRUPTED";
}
