import { ConfigError } from "prisma-db-session";
import { describe, expect, it } from "vitest";
import { classifyError } from "../../../src/store/prisma/classify-error.ts";
import { toConfigError } from "../../../src/store/prisma/to-config-error.ts";
import { missingColumns, missingTables, recordedErrors } from "./recorded-errors.ts";

describe("classifyError", () => {
  it.each(recordedErrors)("%s: %s", (errorClass, _, error) => {
    expect(classifyError(error)).toBe(errorClass);
  });
});

describe("toConfigError", () => {
  it.each(missingTables)("says for %s which command to run", (_, error) => {
    const configError = toConfigError(error);
    expect(configError).toMatchObject({ code: "SESSION_CONFIG", cause: error });
    expect((configError as Error).message).toMatch(
      /^Cannot use the session table because the database does not have it \(.*session.*\)\. .*`npx prisma migrate dev`.*`npx prisma migrate deploy`/,
    );
    expect(classifyError(configError)).toBe("rejected");
  });

  it.each(missingColumns)("says for %s which command to run", (_, error) => {
    const configError = toConfigError(error);
    expect(configError).toMatchObject({ code: "SESSION_CONFIG", cause: error });
    expect((configError as Error).message).toMatch(
      /lacks a column .*user_id.*\)\. .*`npx prisma migrate dev`.*`npx prisma migrate deploy`/,
    );
    expect(classifyError(configError)).toBe("rejected");
  });

  it("shows names and types of invalid arguments, and no value", () => {
    const message =
      "Invalid `prisma.session.createMany()` invocation:\n{ data: 'v1.secret' }\n\nUnknown argument `userID`.";
    const error = Object.assign(new Error(message), { name: "PrismaClientValidationError" });
    const configError = toConfigError(error) as ConfigError;
    expect(configError).toBeInstanceOf(ConfigError);
    expect(configError.message).toMatch(
      /^Prisma refused the columns of a statement\. Unknown argument `userID`\. Check/,
    );
    expect(configError.cause).toBeUndefined();
    error.message = "{ data: 'v1.secret' }\n  v1.secret";
    expect((toConfigError(error) as Error).message).not.toContain("secret");
  });

  it("leaves every other error as it is", () => {
    const isConfigError = (errorClass: string, what: string) =>
      errorClass === "rejected" && /missing|invalid|foreign key/.test(what);
    for (const [errorClass, what, error] of recordedErrors) {
      if (!isConfigError(errorClass, what)) expect(toConfigError(error), what).toBe(error);
    }
  });
});
