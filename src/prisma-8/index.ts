export type { Prisma8Model } from "../store/prisma-8/model-types.ts";
export { prisma8Store } from "../store/prisma-8/prisma-8-store.ts";
