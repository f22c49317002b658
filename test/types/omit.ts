// Compile-only: clients with a global `omit`, or with `strictUndefinedChecks`, fit the option `model`. A column that is
// really missing is still an error. `npm run check` compiles this.
import { createSessions } from "prisma-db-session";
import { PrismaClient as SqliteClient } from "../../generated/sqlite/client.ts";
import { PrismaClient as StrictClient } from "../../generated/strict/client.ts";
import { PrismaClient as OtherClient } from "../../generated/wrong-columns/client.ts";

declare const adapter: ConstructorParameters<typeof SqliteClient>[0]["adapter"] & object;
const secret = process.env.SESSION_SECRET;
const omitsAll = { key: true, data: true, expireDate: true } as const;

createSessions({ model: new StrictClient({ adapter }).session, secret });
createSessions({ model: new StrictClient({ adapter, omit: { session: { data: true } } }).session, secret });
createSessions({ model: new SqliteClient({ adapter, omit: { session: { data: true } } }).session, secret });
createSessions({ model: new SqliteClient({ adapter, omit: { session: { key: true } } }).session, secret });
createSessions({ model: new SqliteClient({ adapter, omit: { session: { expireDate: true } } }).session, secret });
createSessions({ model: new SqliteClient({ adapter, omit: { session: omitsAll } }).session, secret });
const omitting = new SqliteClient({ adapter, omit: { session: omitsAll } }).$extends({ name: "nothing" });
createSessions({ model: omitting.session, secret });
await omitting.$transaction(async ({ session }) => createSessions({ model: session, secret }));

// A column that is really missing is an error all the same.
const other = new OtherClient({
  adapter,
  omit: { sessionWithExtraColumns: omitsAll, sessionWithoutDate: { data: true } },
});
createSessions({ model: other.sessionWithExtraColumns, secret });
// @ts-expect-error a column is missing
createSessions({ model: other.sessionWithoutDate, secret });
// @ts-expect-error a column is missing
createSessions({ model: other.sessionWithoutData, secret });
// @ts-expect-error the key has another name
createSessions({ model: other.sessionWithAnotherKey, secret });
// @ts-expect-error a column that nothing fills
createSessions({ model: other.sessionWithRequiredColumn, secret });
// @ts-expect-error a column has another type
createSessions({ model: other.sessionWithWrongType, secret });
