// Compile-only: which models fit the option `model`. Each client is really generated. `npm run check` compiles this.
// test/versions/types/ has the same for Prisma 6.
import { createSessions } from "prisma-db-session";
import { PrismaClient as CockroachClient } from "../../generated/cockroachdb/client.ts";
import { PrismaClient as MysqlClient } from "../../generated/mysql/client.ts";
import { PrismaClient as PostgresClient } from "../../generated/postgresql/client.ts";
import { PrismaClient as SqliteClient } from "../../generated/sqlite/client.ts";
import { PrismaClient as OtherClient } from "../../generated/wrong-columns/client.ts";

declare const adapter: ConstructorParameters<typeof SqliteClient>[0]["adapter"] & object;
const secret = process.env.SESSION_SECRET;

createSessions({ model: new PostgresClient({ adapter }).session, secret });
createSessions({ model: new MysqlClient({ adapter }).session, secret });
createSessions({ model: new CockroachClient({ adapter }).session, secret });

// With a type for the data, the model's type is its default.
const prisma = new SqliteClient({ adapter });
createSessions<{ userId: number }>({ model: prisma.session, secret });
createSessions<{ userId: number }, typeof prisma.session>({ model: prisma.session, secret });

// Extended clients, and the client of a transaction.
createSessions({ model: prisma.$extends({ name: "nothing" }).session, secret });
createSessions({
  model: prisma.$extends({ query: { session: { findUnique: ({ args, query }) => query(args) } } }).session,
  secret,
});
createSessions({
  model: prisma.$extends({ result: { session: { age: { needs: { expireDate: true }, compute: () => 1 } } } }).session,
  secret,
});
await prisma.$transaction(async (transaction) => createSessions({ model: transaction.session, secret }));

// Columns of one's own that may be null do no harm.
const other = new OtherClient({ adapter });
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
// @ts-expect-error the client itself is no model
createSessions({ model: prisma, secret });
