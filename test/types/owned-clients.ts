// Compile-only: the columns of the user's own are the same types in every client that Prisma generates. `npm run check` compiles this.
// test/versions/types/ has the same for Prisma 6.
import { createSessions } from "prisma-db-session";
import type { PrismaClient as MysqlClient } from "../../generated/owned-mysql/client.ts";
import type { PrismaClient as PostgresClient } from "../../generated/owned-postgresql/client.ts";
import { PrismaClient as SqliteClient } from "../../generated/owned-sqlite/client.ts";
import { PrismaClient as StrictClient } from "../../generated/strict/client.ts";
import { hold, right, type Shop, secret, wrong } from "./owned-columns.ts";

declare const postgres: PostgresClient;
declare const mysql: MysqlClient;
declare const sqlite: SqliteClient;

hold(postgres.session, true, true, true);
hold(mysql.session, true, true, true);
hold(sqlite.session, true, true, true);

// Extended clients. What an extension computes is no column: it is neither filled nor listed.
const queried = sqlite.$extends({ query: { session: { findMany: ({ args, query }) => query(args) } } });
const computing = sqlite.$extends({
  result: { session: { age: { needs: { createdAt: true }, compute: ({ createdAt }) => Date.now() - +createdAt } } },
});
const talkative = sqlite.$extends({ model: { session: { hello: () => "hello" }, $allModels: { bye: () => "bye" } } });
const all = talkative.$extends({ result: { session: { age: { needs: { createdAt: true }, compute: () => 1 } } } });
hold(queried.session, true, true, true);
hold(computing.session, true, true, true);
hold(talkative.session, true, true, true);
hold(all.session, true, true, true);

// Clients of a transaction.
await postgres.$transaction(async ({ session }) => hold(session, true, true, true));
await all.$transaction(async ({ session }) => hold(session, true, true, true));

// A global `omit` concerns only what else reads the model.
declare const adapter: ConstructorParameters<typeof SqliteClient>[0]["adapter"] & object;
const omit = { session: { key: true, data: true, expireDate: true, address: true } } as const;
hold(new SqliteClient({ adapter, omit }).session, true, true, true);
hold(new SqliteClient({ adapter, omit }).$extends({ name: "nothing" }).session, true, true, true);

// With `strictUndefinedChecks`, values may also be `Prisma.skip`. The package skips nothing.
hold(new StrictClient({ adapter }).session, true, true, true);
hold(new StrictClient({ adapter, omit }).session, true, true, true);

// And the errors are where they are made: in the options and in the conditions.
const onPostgres = createSessions<Shop, typeof postgres.session>({ model: postgres.session, secret, ...right });
const onMysql = createSessions<Shop, typeof mysql.session>({ model: mysql.session, secret, ...right });
const extended = createSessions<Shop, typeof all.session>({ model: all.session, secret, ...right });
await onPostgres.list({ userId: { in: [1, 2] }, userAgent: { contains: "firefox", mode: "insensitive" } });
await onMysql.list({ userId: { in: [1, 2] }, OR: [{ createdAt: { lt: new Date() } }] });
await extended.list({ userId: { in: [1, 2] }, OR: [{ createdAt: { lt: new Date() } }] });

// @ts-expect-error another type
createSessions<Shop, typeof postgres.session>({ model: postgres.session, secret, ...wrong });
// @ts-expect-error another type
createSessions<Shop, typeof mysql.session>({ model: mysql.session, secret, ...wrong });
// @ts-expect-error another type
createSessions<Shop, typeof all.session>({ model: all.session, secret, ...wrong });
// @ts-expect-error a wrong name
await onPostgres.revoke({ userID: 7 });
// @ts-expect-error a wrong name
await onMysql.revoke({ userID: 7 });
// @ts-expect-error only PostgreSQL has that
await onMysql.revoke({ userAgent: { contains: "firefox", mode: "insensitive" } });
// @ts-expect-error no column
await extended.revoke({ age: 7 });
await sqlite.$transaction(async ({ session }) => {
  const inTransaction = createSessions<Shop, typeof session>({ model: session, secret, ...right });
  await inTransaction.revoke({ userId: 7 });
  // @ts-expect-error a wrong name
  await inTransaction.revoke({ userID: 7 });
});
