import { defineConfig } from "prisma/config";

// Paths count from this file, and so does a relative DATABASE_URL.
export default defineConfig({
  schema: "schema.prisma",
  migrations: { path: "migrations" },
  datasource: { url: process.env.DATABASE_URL ?? "file:./dev.db" },
});
