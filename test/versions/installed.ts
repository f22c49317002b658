import { isInstalled } from "../../scripts/freshness.mjs";

/** Why what needs the older versions is skipped; `undefined` if they are installed. */
export const notInstalled = (await isInstalled("test/versions"))
  ? undefined
  : "Older versions of Next.js and Prisma are not installed. Run `npm run test:versions`";
