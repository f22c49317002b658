import { expect, it } from "vitest";
import { explainDatabaseError } from "../../src/cli/database-error.ts";

const prismaError = (message: string, code: string) => Object.assign(new Error(message), { code });

const REFUSED = `
Invalid \`model.findMany()\` invocation in
/app/lib/clear.ts:12:34

   9 const at = new Date();
  10
→ 12 await model.findMany(
Can't reach database server at \`127.0.0.1:5432\`

Please make sure your database server is running at \`127.0.0.1:5432\`.`;

it("tells Prisma's own words in one line, without the call and the code around it", () => {
  expect(explainDatabaseError(prismaError(REFUSED, "P1001"))).toBe(
    "The database cannot be reached: Can't reach database server at `127.0.0.1:5432` Please make sure your database server is running " +
      "at `127.0.0.1:5432`. See that it runs, and that its URL is right: it comes from the environment, from .env.local or from .env.",
  );
});

const INVOCATION = "\nInvalid `prisma.session.findMany()` invocation:\n\n\n";

it.each([
  ["P1000", `${INVOCATION}Authentication failed`, /^The database cannot be reached: Authentication failed\. /],
  ["P2039", "pool timeout: failed to retrieve a connection from pool", /^The database cannot be reached: pool timeout/],
  ["", "timeout exceeded when trying to connect", /^The database cannot be reached: timeout/],
  [
    "P2021",
    `${INVOCATION}The table \`session\` does not exist.`,
    /: The table `session` does not exist\. Apply your migra/,
  ],
  [
    "P2039",
    "Message: `SQLITE_ERROR: no such table: main.session`",
    /^The session table is not as the client has it: .*migrate/,
  ],
  ["P2034", `${INVOCATION}Transaction failed`, /^The database failed: Transaction failed\. .*run the command again\.$/],
])("says what to do about %s %s", (code, message, explained) => {
  expect(explainDatabaseError(prismaError(message, code))).toMatch(explained);
});

it("makes do with whatever is thrown", () => {
  expect(explainDatabaseError("out")).toMatch(/^The database failed: out\. /);
  expect(explainDatabaseError(new TypeError(""))).toMatch(/^The database failed: TypeError\. /);
});
