import { PrismaLibSql } from "@prisma/adapter-libsql";
import { PrismaMariaDb } from "@prisma/adapter-mariadb";
import { PrismaPg } from "@prisma/adapter-pg";
import type { SqlDriverAdapterFactory } from "@prisma/driver-adapter-utils";
import type { Provider } from "./types.ts";

/** How each database is connected to. */
export const adapters: Readonly<Record<Provider, (url: string) => SqlDriverAdapterFactory>> = {
  // Without a busy timeout libsql loses writes that it has acknowledged, as soon as two connections meet.
  sqlite: (url) => new PrismaLibSql({ url, timeout: 5000 }),
  postgresql: (url) => new PrismaPg(url),
  mysql: (url) => new PrismaMariaDb(url),
};
