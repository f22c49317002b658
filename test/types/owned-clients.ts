// Compile-only: the columns of the user's own are the same types in every client that Prisma generates. `npm run check` compiles this.
import {
  createSessions,
  type FilledColumns,
  type ListedSession,
  type ModelWhere,
  type SessionDelegate,
} from "prisma-db-session";
import type { PrismaClient as MysqlClient } from "../../generated/owned-mysql/client.ts";
import type { PrismaClient as PostgresClient } from "../../generated/owned-postgresql/client.ts";
import { PrismaClient as SqliteClient } from "../../generated/owned-sqlite/client.ts";
import type { PrismaClient as Prisma6Client } from "../../generated/prisma-6/index.js";
import { PrismaClient as StrictClient } from "../../generated/strict/client.ts";

interface Filled {
  readonly userId: number | null;
  readonly address: string | null;
  readonly userAgent: string | null;
  readonly createdAt?: Date | string;
  readonly key?: never;
  readonly data?: never;
  readonly expireDate?: never;
}

interface Listed {
  userId: number | null;
  address: string | null;
  userAgent: string | null;
  createdAt: Date;
  readonly expireDate: Date;
  readonly keyHash: string;
}

/** By what each name can be asked for without an operator. */
interface Where {
  AND: never;
  OR: never;
  NOT: never;
  key: string;
  data: string;
  expireDate: Date | string;
  userId: number | null;
  address: string | null;
  userAgent: string | null;
  createdAt: Date | string;
}

type ValuesOf<Conditions> = {
  [Name in keyof Conditions]-?: Extract<Conditions[Name], string | number | boolean | Date | null>;
};

/** Whether two types are one and the same; `any` is like none, and no name may be missing or too many. */
type Same<One, Other> =
  (<T>() => T extends Flat<One> ? 1 : 2) extends <T>() => T extends Flat<Other> ? 1 : 2 ? true : false;
type Flat<Type> = { [Name in keyof Type]: Type[Name] };

declare function hold<Model extends SessionDelegate>(
  model: Model,
  filled: Same<FilledColumns<Model>, Filled>,
  listed: Same<ListedSession<Model>, Listed>,
  where: Same<ValuesOf<ModelWhere<Model>>, Where>,
): void;

declare const postgres: PostgresClient;
declare const mysql: MysqlClient;
declare const sqlite: SqliteClient;
declare const prisma6: Prisma6Client;

hold(postgres.session, true, true, true);
hold(mysql.session, true, true, true);
hold(sqlite.session, true, true, true);
hold(prisma6.ownedSession, true, true, true);

// Extended clients. What an extension computes is no column: it is neither filled nor listed.
const queried = sqlite.$extends({ query: { session: { findMany: ({ args, query }) => query(args) } } });
const computing = sqlite.$extends({
  result: { session: { age: { needs: { createdAt: true }, compute: ({ createdAt }) => Date.now() - +createdAt } } },
});
const talkative = sqlite.$extends({ model: { session: { hello: () => "hello" }, $allModels: { bye: () => "bye" } } });
const all = talkative.$extends({ result: { session: { age: { needs: { createdAt: true }, compute: () => 1 } } } });
const prisma6Computing = prisma6.$extends({
  result: { ownedSession: { age: { needs: { createdAt: true }, compute: () => 1 } } },
});
hold(queried.session, true, true, true);
hold(computing.session, true, true, true);
hold(talkative.session, true, true, true);
hold(all.session, true, true, true);
hold(prisma6Computing.ownedSession, true, true, true);

// Clients of a transaction.
await postgres.$transaction(async ({ session }) => hold(session, true, true, true));
await all.$transaction(async ({ session }) => hold(session, true, true, true));
await prisma6.$transaction(async ({ ownedSession }) => hold(ownedSession, true, true, true));

// A global `omit` concerns only what else reads the model.
declare const adapter: ConstructorParameters<typeof SqliteClient>[0]["adapter"] & object;
const omit = { session: { key: true, data: true, expireDate: true, address: true } } as const;
hold(new SqliteClient({ adapter, omit }).session, true, true, true);
hold(new SqliteClient({ adapter, omit }).$extends({ name: "nothing" }).session, true, true, true);

// With `strictUndefinedChecks`, values may also be `Prisma.skip`. The package skips nothing.
hold(new StrictClient({ adapter }).session, true, true, true);
hold(new StrictClient({ adapter, omit }).session, true, true, true);

// And the errors are where they are made: in the options and in the conditions.
interface Shop {
  userId: number;
}
const secret = process.env.SESSION_SECRET;
const wrong = { columns: () => ({ userId: "7", address: null, userAgent: null }) };
const right = {
  columns: ({ userId }: Partial<Shop>) => ({ userId: userId ?? null, address: null, userAgent: null }),
  maxPerOwner: { column: "userId", max: 5 },
} as const;

const onPostgres = createSessions<Shop, typeof postgres.session>({ model: postgres.session, secret, ...right });
const onMysql = createSessions<Shop, typeof mysql.session>({ model: mysql.session, secret, ...right });
const onPrisma6 = createSessions<Shop, typeof prisma6.ownedSession>({ model: prisma6.ownedSession, secret, ...right });
const extended = createSessions<Shop, typeof all.session>({ model: all.session, secret, ...right });
await onPostgres.list({ userId: { in: [1, 2] }, userAgent: { contains: "firefox", mode: "insensitive" } });
await onMysql.list({ userId: { in: [1, 2] }, OR: [{ createdAt: { lt: new Date() } }] });
await onPrisma6.list({ userId: { in: [1, 2] }, OR: [{ createdAt: { lt: new Date() } }] });
await extended.list({ userId: { in: [1, 2] }, OR: [{ createdAt: { lt: new Date() } }] });

// @ts-expect-error another type
createSessions<Shop, typeof postgres.session>({ model: postgres.session, secret, ...wrong });
// @ts-expect-error another type
createSessions<Shop, typeof mysql.session>({ model: mysql.session, secret, ...wrong });
// @ts-expect-error another type
createSessions<Shop, typeof prisma6.ownedSession>({ model: prisma6.ownedSession, secret, ...wrong });
// @ts-expect-error another type
createSessions<Shop, typeof all.session>({ model: all.session, secret, ...wrong });
// @ts-expect-error a wrong name
await onPostgres.revoke({ userID: 7 });
// @ts-expect-error a wrong name
await onMysql.revoke({ userID: 7 });
// @ts-expect-error only PostgreSQL has that
await onMysql.revoke({ userAgent: { contains: "firefox", mode: "insensitive" } });
// @ts-expect-error a wrong name
await onPrisma6.revoke({ userID: 7 });
// @ts-expect-error no column
await extended.revoke({ age: 7 });
await sqlite.$transaction(async ({ session }) => {
  const inTransaction = createSessions<Shop, typeof session>({ model: session, secret, ...right });
  await inTransaction.revoke({ userId: 7 });
  // @ts-expect-error a wrong name
  await inTransaction.revoke({ userID: 7 });
});
