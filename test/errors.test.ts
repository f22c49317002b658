import * as core from "prisma-db-session";
import { describe, expect, it } from "vitest";

const { SessionError } = core;
const cause = new Error("the cause");

const errors = [
  ["SESSION_CREATE", new core.CreateError("What.", { cause })],
  ["SESSION_UPDATE", new core.UpdateError("What.", { cause })],
  ["SESSION_CONFLICT", new core.ConflictError("What.", { cause })],
  ["SESSION_CONFIG", new core.ConfigError("What.", { cause })],
  ["SESSION_SERIALIZATION", new core.SerializationError("What.", "cart[0]", { cause })],
  ["SESSION_NOT_LOADED", new core.SessionNotLoadedError("What.", { cause })],
  ["SESSION_READ_ONLY", new core.SessionReadOnlyError("What.", { cause })],
  ["SESSION_INTERRUPTED", new core.SessionInterruptedError("What.", { cause })],
] as const;

describe("the errors", () => {
  it.each(errors)("%s is a SessionError with the name of its class, its message and its cause", (code, error) => {
    expect(error).toBeInstanceOf(SessionError);
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({ code, message: "What.", cause });
    expect(core).toHaveProperty(error.name, error.constructor);
  });

  it("are all of them", () => {
    const exported = Object.keys(core).filter((name) => name.endsWith("Error") && name !== "SessionError");
    expect(errors.map(([, { name }]) => name).toSorted()).toEqual(exported.toSorted());
  });
});
