/** Printed as an error is, so that Next.js shows the lines of the source. */
export class SessionWarning extends Error {
  override readonly name = "SessionWarning";

  /** @param method The method that the user called. The stack begins with the line of this call. */
  constructor(message: string, method: (...args: never[]) => unknown) {
    super(message);
    Error.captureStackTrace(this, method);
  }

  /** The line of the user's call. */
  get line(): string {
    return /^ +at .*$/m.exec(this.stack ?? "")?.[0] ?? this.message;
  }
}
