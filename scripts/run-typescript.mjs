#!/usr/bin/env node
// `node scripts/run-typescript.mjs FILE [ARGUMENT...]`, for processes of the tests' own and for benchmarks: Node.js 20 runs no TypeScript.
import { resolve } from "node:path";
import { createJiti } from "jiti";

const [file] = process.argv.splice(2, 1);
// The package and Prisma run as they are published; what jiti makes of Prisma's throws a TypeError in place of each database error.
const jiti = createJiti(import.meta.url, { tryNative: true, nativeModules: ["@prisma", "@libsql", "mariadb", "pg"] });
await jiti.import(resolve(file));
