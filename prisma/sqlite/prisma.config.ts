import { defineConfig } from "prisma/config";

// Paths and a relative DATABASE_URL are relative to this file.
export default defineConfig({
  schema: "schema.prisma",
  migrations: { path: "migrations" },
  datasource: { url: process.env.DATABASE_URL ?? "file:./dev.db" },
});
