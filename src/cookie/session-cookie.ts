/**
 * What carries the session key to the browser. A session changes it after it has written the row.
 */
export interface SessionCookie {
  /**
   * @throws SessionReadOnlyError if it is known, without a probe, that no cookie can be set here
   */
  checkWritable(): void | Promise<void>;
  /** @param expires `null`: until the browser closes */
  set(sessionKey: string, expires: Date | null): void;
  /** Removes the cookie if the browser has one. */
  delete(): void;
}
