import { defineConfig } from "prisma/config";

// Paths count from this file. `generate` needs no DATABASE_URL, every other command does.
export default defineConfig({
  schema: "schema.prisma",
  migrations: { path: "migrations" },
  datasource: { url: process.env.DATABASE_URL },
});
