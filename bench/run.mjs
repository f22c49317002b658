#!/usr/bin/env node
// `npm run bench`: see main.ts. The package and Prisma run as they are published; only the benchmark's own TypeScript is translated.
import { createJiti } from "jiti";

const { main } = await createJiti(import.meta.url, { tryNative: true }).import("./main.ts");
await main(process.argv.slice(2));
