/**
 * A store for Prisma 8. It is experimental.
 *
 * @module prisma-db-session/prisma-8
 */

export type { Prisma8Model } from "../store/prisma-8/model-types.ts";
export { prisma8Store } from "../store/prisma-8/prisma-8-store.ts";
