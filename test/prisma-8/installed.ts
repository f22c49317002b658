import { isInstalled } from "../../scripts/freshness.mjs";

/** Why what needs Prisma 8 is skipped; `undefined` if it is installed. */
export const notInstalled = (await isInstalled("test/prisma-8"))
  ? undefined
  : "Prisma 8 is not installed. Run `npm run test:prisma-8`";
