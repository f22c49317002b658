import { definePrismaConfig } from "@prisma/cli-engine";
import { defineConfig } from "@prisma/orm-sqlite/config";

// Several contracts share this file: the caller names one. Paths count from this folder.
const { CONTRACT = "", OUTPUT, MIGRATIONS, DATABASE_URL } = process.env;

export default definePrismaConfig({
  orm: defineConfig({
    contract: CONTRACT,
    ...(OUTPUT && { output: OUTPUT }),
    ...(MIGRATIONS && { migrations: { dir: MIGRATIONS } }),
    ...(DATABASE_URL && { db: { connection: DATABASE_URL } }),
  }),
});
