import { describe, expect, it } from "vitest";
import { classifyError } from "../../../src/store/prisma-8/classify-error.ts";
import { toConfigError } from "../../../src/store/prisma-8/to-config-error.ts";

const error = (message: string, properties: object = {}) => Object.assign(new Error(message), properties);
const ofDatabase = (sqlState: string, message = "") => error(message, { kind: "sql_query", sqlState });
const ofConnection = (message: string, properties: object = {}) =>
  error(message, { kind: "sql_connection", ...properties });
const ofPrisma = (code: string, details: object = {}, message = "") => error(message, { code, details });

// As Prisma 8.0.0-rc.13 threw them. errors.test.ts provokes many of them on a real PostgreSQL.
describe("classifyError", () => {
  it.each<[expected: string, what: string, error: unknown]>([
    ["retryable", "deadlock", ofDatabase("40P01")],
    ["retryable", "serialization failure", ofDatabase("40001")],
    ["rejected", "duplicate", ofDatabase("23505")],
    ["rejected", "statement timeout", ofDatabase("57014")],
    ["rejected", "lock timeout", ofDatabase("55P03")],
    ["rejected", "read-only transaction", ofDatabase("25006")],
    ["rejected", "NUL character", ofDatabase("22021")],
    ["rejected", "missing table", ofDatabase("42P01")],
    ["rejected", "busy SQLite", ofConnection("database is locked", { cause: error("", { code: "ERR_SQLITE_ERROR" }) })],
    ["rejected", "marker", ofPrisma("CONTRACT.MARKER_READ_FAILED")],
    ["rejected", "pool timeout", error("timeout exceeded when trying to connect")],
    ["unknown", "killed backend", ofDatabase("57P01")],
    ["unknown", "lost socket", ofConnection("Connection terminated unexpectedly", { transient: false })],
    ["unknown", "lost socket that looks like a SQLSTATE", ofDatabase("EPIPE")],
    ["unknown", "answer that came too late", error("Query read timeout")],
    ["unknown", "SQLSTATE outside of the list", ofDatabase("XX000")],
    ["unknown", "SQLSTATE of another kind of error", error("", { sqlState: "40P01" })],
    ["unknown", "no error", undefined],
  ])("%s: %s", (expected, _, thrown) => {
    expect(classifyError(thrown)).toBe(expected);
  });
});

describe("toConfigError", () => {
  const COMMANDS = /Run `npx prisma migration plan` .*, and `npx prisma db migrate` for each database\./;

  it.each([
    [
      "table",
      ofDatabase("42P01", 'relation "public.session" does not exist'),
      /does not have it \(relation "public\.session"/,
    ],
    ["table of SQLite", ofDatabase("HY000", "no such table: session"), /does not have it \(no such table: session\)/],
    ["column", ofDatabase("42703", 'column "user_id" does not exist'), /lacks a column .*user_id/],
    ["column of SQLite", ofDatabase("HY000", "table session has no column named user_id"), /lacks a column .*user_id/],
  ])("says for a missing %s which commands to run", (_, thrown, reason) => {
    const configError = toConfigError(thrown);
    expect(configError).toMatchObject({ code: "SESSION_CONFIG", cause: thrown });
    expect(configError).toMatchObject({ message: expect.stringMatching(reason) });
    expect(configError).toMatchObject({ message: expect.stringMatching(COMMANDS) });
    expect(classifyError(configError)).toBe("rejected");
  });

  it.each([
    ["22001", "value too long for type character varying(20)", /longer than its column .* at least 71 characters\.$/],
    ["23502", 'null value in column "tenant_id"', /does not allow NULL .*tenant_id.* Let `columns` fill the column/],
    ["23503", 'violates foreign key constraint "user_fk"', /does not exist .*user_fk.* `onDelete: Cascade`/],
  ])("says what to do about the SQLSTATE %s", (sqlState, text, message) => {
    const thrown = ofDatabase(sqlState, text);
    const configError = toConfigError(thrown);
    expect(configError).toMatchObject({ code: "SESSION_CONFIG", message: expect.stringMatching(message) });
    expect((configError as Error).cause).toBe(sqlState === "23502" ? undefined : thrown);
    expect(classifyError(configError)).toBe("rejected");
  });

  it.each([
    [
      "a column of another type",
      ofPrisma("RUNTIME.DECODE_FAILED", { column: "expire_date", wirePreview: "secret" }, "secret"),
      /cannot read the column `expire_date`.*TimestampTzJsDate/i,
    ],
    [
      "a date that needs Temporal",
      ofPrisma("RUNTIME.TEMPORAL_UNAVAILABLE"),
      /cannot read a column .*TimestamptzJsDate\(3\)/,
    ],
    [
      "a value that does not fit",
      ofPrisma("RUNTIME.ENCODE_FAILED", { label: "user_id" }, "secret"),
      /The value of `user_id` does not fit\. Check what/,
    ],
    [
      "an unknown column",
      ofPrisma("ORM.COLUMN_UNKNOWN", {}, 'Unknown column "userID" in table "session"'),
      /Unknown column "userID" in table "session"\. Check what/,
    ],
    [
      "a text for a number",
      ofDatabase("22P02", 'invalid input syntax for type integer: "secret"'),
      /^Prisma or the database refused the columns of a statement\. Check what/,
    ],
  ])("shows no value of %s", (_, thrown, message) => {
    const configError = toConfigError(thrown) as Error;
    expect(configError).toMatchObject({ code: "SESSION_CONFIG", message: expect.stringMatching(message) });
    expect(configError.message).not.toContain("secret");
    expect(configError.cause).toBeUndefined();
  });

  it("leaves every other error as it is", () => {
    for (const thrown of [
      ofDatabase("23505"),
      ofDatabase("HY000", "disk full"),
      ofPrisma("RUNTIME.TRANSACTION_CLOSED"),
      undefined,
    ]) {
      expect(toConfigError(thrown)).toBe(thrown);
    }
  });
});
