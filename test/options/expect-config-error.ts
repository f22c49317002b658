import { createSessions, type SessionsOptions } from "prisma-db-session";
import { expect } from "vitest";

/** Expects that `createSessions` throws a ConfigError with this message. */
export function expectConfigError(options: unknown, message: RegExp) {
  expect(() => createSessions(options as SessionsOptions)).toThrow(
    expect.objectContaining({ code: "SESSION_CONFIG", name: "ConfigError", message: expect.stringMatching(message) }),
  );
}
