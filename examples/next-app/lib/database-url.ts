/** A relative path starts at the folder of this app. Next.js and the Prisma CLI both run there. */
export const databaseUrl = (): string => process.env.DATABASE_URL || "file:./shop.db";
