// Compile-only: what test/types/ says of the clients of Prisma 7 holds for one that Prisma 6.19 generated.
import { createSessions } from "prisma-db-session";
import { hold, right, type Shop, secret, wrong } from "../../types/owned-columns.ts";
import { PrismaClient } from "../prisma-6/generated/types/index.js";

createSessions({ model: new PrismaClient().session, secret });
createSessions({ model: new PrismaClient().$extends({ name: "nothing" }).session, secret });

const omit = { session: { key: true, data: true, expireDate: true } } as const;
createSessions({ model: new PrismaClient({ omit }).session, secret });
createSessions({ model: new PrismaClient({ omit }).$extends({ name: "nothing" }).session, secret });

declare const prisma: PrismaClient;
hold(prisma.ownedSession, true, true, true);
const computing = prisma.$extends({
  result: { ownedSession: { age: { needs: { createdAt: true }, compute: () => 1 } } },
});
hold(computing.ownedSession, true, true, true);
await prisma.$transaction(async ({ ownedSession }) => hold(ownedSession, true, true, true));

const sessions = createSessions<Shop, typeof prisma.ownedSession>({ model: prisma.ownedSession, secret, ...right });
await sessions.list({ userId: { in: [1, 2] }, OR: [{ createdAt: { lt: new Date() } }] });
// @ts-expect-error another type
createSessions<Shop, typeof prisma.ownedSession>({ model: prisma.ownedSession, secret, ...wrong });
// @ts-expect-error a wrong name
await sessions.revoke({ userID: 7 });
