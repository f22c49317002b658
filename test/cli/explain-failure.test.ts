import { expect, it } from "vitest";
import { explainFailure } from "../../src/cli/explain-failure.ts";
import { ConfigError } from "../../src/errors.ts";

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
  expect(explainFailure(prismaError(REFUSED, "P1001"))).toBe(
    "The database cannot be reached: Can't reach database server at `127.0.0.1:5432` Please make sure your database server is running " +
      "at `127.0.0.1:5432`. Check that it runs, and that the URL is right. The URL comes from the environment or from a .env file.",
  );
});

const INVOCATION = "\nInvalid `prisma.session.findMany()` invocation:\n\n\n";

it.each([
  [
    "P1000",
    `${INVOCATION}Authentication failed against the server`,
    /^The database refuses the user or the password: Auth.* against the server\. Check both in the URL/,
  ],
  ["P2010", 'password authentication failed for user "shop"', /^The database refuses the user or the password: /],
  ["", "Access denied for user 'shop'@'localhost'", /^The database refuses the user or the password: /],
  ["P1003", "Database `shop` does not exist", /^The database does not exist: .*Check its name in the URL/],
  ["", "Unknown database 'shop'", /^The database does not exist: /],
  ["P1010", "User was denied", /^The database denies the user access: User was denied\. Grant the access/],
  ["", "Access denied for user 'shop'@'%' to database 'shop'", /^The database denies the user access: /],
  [
    "P2010",
    "ERROR: cannot execute INSERT in a read-only transaction",
    /^The connection is read-only: .*primary server/,
  ],
  ["25006", "no", /^The connection is read-only: /],
  [
    "P1001",
    "\nInvalid `model.createMany()` invocation in\n/home/mein Prüf ordner/lib/store.ts:43:44\n\n  42 try {\n→ 43   await send(\nCannot reach",
    /^The database cannot be reached: Cannot reach\. /,
  ],
  ["P2003", "Foreign key constraint violated", /^A foreign key refuses the row: .*Give its column a value/],
  ["P1008", "Operations timed out", /^The database is busy: .*Run the command again\. On SQLite .*`timeout`/],
  ["", "SQLITE_BUSY: database is locked", /^The database is busy: /],
  [
    "P1017",
    "Server has closed the connection.",
    /^The database cannot be reached: Server has closed the connection\. /,
  ],
  ["P1012", "The schema is wrong", /^The database failed: The schema is wrong\. /],
  ["P2039", "pool timeout: failed to retrieve a connection from pool", /^The database cannot be reached: pool timeout/],
  ["", "timeout exceeded when trying to connect", /^The database cannot be reached: timeout/],
  [
    "P2034",
    `${INVOCATION}Transaction failed`,
    /^The database failed: Transaction failed\. Fix the cause, and run the command again\. /,
  ],
])("says what to do about %s %s", (code, message, explained) => {
  expect(explainFailure(prismaError(message, code))).toMatch(explained);
});

it("makes do with whatever is thrown", () => {
  expect(explainFailure("out")).toMatch(/^The database failed: out\. /);
  expect(explainFailure(new Error(""))).toMatch(/^The database failed: Error\. /);
});

it("does not blame the database for a mistake in code, but for a connection that fails as one", () => {
  expect(explainFailure(new TypeError("Cannot read properties of undefined"))).toMatch(
    /^It failed: Cannot read properties of undefined\. Fix the cause, and run the command again\. Deleted rows stay deleted\.$/,
  );
  const invalid = Object.assign(new Error("Unknown argument"), { name: "PrismaClientValidationError" });
  expect(explainFailure(invalid)).toMatch(/^It failed: Unknown argument\. /);
  expect(explainFailure(new TypeError("fetch failed"))).toMatch(/^The database cannot be reached: fetch failed\. /);
});

it("passes on what this package itself has to say", () => {
  expect(explainFailure(new ConfigError("Rows cannot be deleted. See why."))).toBe("Rows cannot be deleted. See why.");
});

it("hides the secrets of a message", () => {
  const error = prismaError("The URL 'libsql//shop.turso.io?authToken=s3cret' is not in a valid format", "P1013");
  expect(explainFailure(error)).toMatch(
    /^The database cannot be reached: The URL 'libsql\/\/shop\.turso\.io\?\*\*\*' is/,
  );
});
