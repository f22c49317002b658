import { PrismaPg } from "@prisma/adapter-pg";
import { type BetterAuthOptions, betterAuth } from "better-auth";
import { prismaAdapter } from "better-auth/adapters/prisma";
import { nextCookies } from "better-auth/next-js";
import { PrismaClient } from "../../generated/better-auth/client";

const adapter = new PrismaPg({ connectionString: `${process.env.BETTER_AUTH_DATABASE_URL}` });
const shared = globalThis as { betterAuthPrisma?: PrismaClient };
shared.betterAuthPrisma ??= new PrismaClient({ adapter });

const additionalFields = { visits: { type: "number", required: false } } as const;
const options = {
  database: prismaAdapter(shared.betterAuthPrisma, { provider: "postgresql" }),
  emailAndPassword: { enabled: true },
  plugins: [nextCookies()],
} satisfies BetterAuthOptions;

/** Each request reads the session and the user from the database. */
export const auth = betterAuth({ ...options, session: { additionalFields } });

/** For five minutes, requests read the session from a signed cookie. */
export const cachedAuth = betterAuth({
  ...options,
  session: { additionalFields, cookieCache: { enabled: true, maxAge: 5 * 60 } },
});

export type Auth = typeof auth | typeof cachedAuth;
