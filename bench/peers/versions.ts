import { createRequire } from "node:module";
import { notInstalled } from "../../test/prisma-8/installed.ts";
import { prisma8Version, versionOf } from "./packages.ts";

const PEERS = [
  "connect-pg-simple",
  "express-session",
  "@quixo3/prisma-session-store",
  "iron-session",
  "better-auth",
  "autocannon",
];

/** The versions of the packages that take part. */
export function versions(): Record<string, string> {
  const { version, devDependencies } = createRequire(import.meta.url)("../../package.json");
  const own = ["pg", "@prisma/client", "@prisma/adapter-pg", "next"];
  return {
    "prisma-db-session": version,
    ...Object.fromEntries(own.map((name) => [name, devDependencies[name]])),
    ...(notInstalled === undefined && { "@prisma/orm-postgres": prisma8Version() }),
    ...Object.fromEntries(PEERS.map((name) => [name, versionOf(name)])),
  };
}
