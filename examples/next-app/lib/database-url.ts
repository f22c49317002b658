/** A relative path counts from the folder of this app, in which both Next and the Prisma CLI run. */
export const databaseUrl = (): string => process.env.DATABASE_URL || "file:./shop.db";
