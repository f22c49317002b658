import { defineConfig } from "prisma/config";

// Paths are relative to this file. Every command but `generate` needs DATABASE_URL.
export default defineConfig({
  schema: "schema.prisma",
  migrations: { path: "migrations" },
  datasource: { url: process.env.DATABASE_URL },
});
