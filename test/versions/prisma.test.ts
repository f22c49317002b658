import { createSessions, prismaStore, UpdateError } from "prisma-db-session";
import { describe, expect, it, onTestFinished } from "vitest";
import { diagnosis } from "../cli/doctor/support.ts";
import { mariadb } from "../databases/mariadb.ts";
import { postgresql } from "../databases/postgresql.ts";
import { somebodyWaits } from "../databases/waiting.ts";
import { skippedBecause } from "../skipped.ts";
import { deletionDeadlock, rotationDeadlock } from "../store/prisma/deadlocks.ts";
import { SECRET } from "../support.ts";
import { notInstalled } from "./installed.ts";
import { prismaVersions, type VersionedProvider, versionedClient } from "./prisma.ts";

for (const version of prismaVersions)
  for (const { name, provider, skipReason = notInstalled, create } of [postgresql, mariadb])
    describe.skipIf(skipReason)(`Prisma ${version.version} on ${name}${skippedBecause(skipReason)}`, () => {
      /** Sessions of two processes, as it were. */
      async function twoInstances() {
        const database = await create();
        onTestFinished(database.drop);
        const instance = async () => {
          const prisma = await versionedClient(version, provider as VersionedProvider, database.url);
          onTestFinished(() => prisma.$disconnect());
          return createSessions<{ userId: number; cart: string[] }>({ model: prisma.session, secret: SECRET });
        };
        return [await instance(), await instance()] as const;
      }

      it("is the version that it says", async () => {
        const client = new URL(`${version.folder}/generated/${provider}/client.ts`, import.meta.url).href;
        const { Prisma } = await import(/* @vite-ignore */ client);
        expect(Prisma.prismaVersion.client).toBe(version.version);
      });

      it("makes, merges, rotates and ends a session", async () => {
        const [mine, theirs] = await twoInstances();
        const session = mine.open();
        session.set("userId", 7);
        await session.save();

        const another = await theirs.load(session.sessionKey);
        another.set("cart", ["tea"]);
        await another.save();
        session.set("userId", 8);
        await session.save();
        expect(session.toJSON()).toEqual({ userId: 8, cart: ["tea"] });

        const oldKey = session.sessionKey;
        await session.cycleKey();
        expect((await theirs.load(oldKey)).isEmpty()).toBe(true);
        const rotated = await theirs.load(session.sessionKey);
        expect(rotated.get("userId")).toBe(8);

        await session.flush();
        rotated.set("userId", 9);
        await expect(rotated.save()).rejects.toBeInstanceOf(UpdateError);
      });

      it("passes every check of doctor", async () => {
        const database = await create();
        onTestFinished(database.drop);
        const prisma = await versionedClient(version, provider as VersionedProvider, database.url);
        const { exitCode, results, failed, warning, skipped } = await diagnosis(prisma);
        expect({ exitCode, failed, warning, skipped }).toEqual({ exitCode: 0, failed: [], warning: [], skipped: [] });
        expect(results.connection?.detail).toContain(`Prisma ${version.version}, @prisma/adapter-`);
        expect(await database.prisma.session.count()).toBe(0);
      });

      it.each([
        ["rotation", rotationDeadlock],
        ["deletion", deletionDeadlock],
      ] as const)("classifies a real deadlock of a %s as retryable", async (_, deadlock) => {
        const database = await create();
        onTestFinished(database.drop);
        const client = async () => {
          const prisma = await versionedClient(version, provider as VersionedProvider, database.url);
          onTestFinished(() => prisma.$disconnect());
          return prisma;
        };
        const store = prismaStore((await client()).session);
        const isWaiting = () => somebodyWaits(database, { provider });
        const scene = { provider: provider as VersionedProvider, store, theirs: await client(), isWaiting };
        const error = await deadlock(scene).then(
          (outcome) => Promise.reject(new Error(`There was no deadlock, but ${outcome}.`)),
          (error: unknown) => error,
        );
        expect(store.classifyError(error)).toBe("retryable");
      });
    });
