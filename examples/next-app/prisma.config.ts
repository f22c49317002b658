import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { defineConfig } from "prisma/config";
import { databaseUrl } from "./lib/database-url.ts";

// Next.js reads this file by itself, but Prisma does not. Both need the same DATABASE_URL.
const env = fileURLToPath(new URL(".env.local", import.meta.url));
if (existsSync(env)) process.loadEnvFile(env);

export default defineConfig({
  schema: "prisma/schema.prisma",
  migrations: { path: "prisma/migrations" },
  datasource: { url: databaseUrl() },
});
