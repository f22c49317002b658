import { createRequire } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";
import { createSessions, type SessionDelegate } from "prisma-db-session";
import { describe, expect, it, onTestFinished } from "vitest";
import { postgresql } from "../databases/postgresql.ts";
import { skippedBecause } from "../skipped.ts";
import { SECRET, type ShopData } from "../support.ts";
import { notInstalled } from "./installed.ts";
import { prismaVersions, versionedClient } from "./prisma.ts";

const { skipReason = notInstalled } = postgresql;
const [, prisma7] = prismaVersions;

/** What an extension exports. The types of Prisma 7.0 are not those of this repository's Prisma. */
async function extension(name: string) {
  const { resolve } = createRequire(fileURLToPath(new URL(`${prisma7.folder}/package.json`, import.meta.url)));
  return import(/* @vite-ignore */ pathToFileURL(resolve(name)).href);
}

describe.skipIf(skipReason)(`Prisma's extensions${skippedBecause(skipReason)}`, () => {
  async function clients() {
    const database = await postgresql.create();
    onTestFinished(database.drop);
    const client = async () => {
      const prisma = await versionedClient(prisma7, "postgresql", database.url);
      onTestFinished(() => prisma.$disconnect());
      return prisma;
    };
    return { primary: await client(), replica: await client() };
  }

  /** Two concurrent changes, a rotation and a sign-out. */
  async function live(model: SessionDelegate) {
    const sessions = createSessions<ShopData>({ model, secret: SECRET });
    const session = sessions.open();
    session.set("userId", 7);
    await session.save();
    const other = await sessions.load(session.sessionKey);
    other.set("cart", ["tea"]);
    session.set("note", 1);
    await Promise.all([other.save(), session.save()]);
    await session.cycleKey();
    const loaded = await sessions.load(session.sessionKey);
    expect(loaded.toJSON()).toEqual({ userId: 7, cart: ["tea"], note: 1 });
    await loaded.flush();
    expect((await sessions.load(session.sessionKey)).sessionKey).toBeNull();
  }

  it("Accelerate", async () => {
    const { withAccelerate } = await extension("@prisma/extension-accelerate");
    const { primary } = await clients();
    await live((primary.$extends(withAccelerate()) as typeof primary).session);
  });

  it("read replicas, with one that does not lag, and with $primary()", async () => {
    const { readReplicas } = await extension("@prisma/extension-read-replicas");
    const { primary, replica } = await clients();
    const asked: string[] = [];
    replica.$on("query", ({ query }) => asked.push(query));
    const extended = primary.$extends(readReplicas({ replicas: [replica] })) as typeof primary & {
      $primary(): typeof primary;
    };
    await live(extended.session);
    await expect.poll(() => asked.length).toBeGreaterThan(0);

    // As the docs say for replicas that may lag.
    const before = asked.length;
    await live(extended.$primary().session);
    expect(asked).toHaveLength(before);
  });
});
