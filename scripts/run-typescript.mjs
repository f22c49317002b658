#!/usr/bin/env node
// `node scripts/run-typescript.mjs FILE [ARGUMENT...]`: runs TypeScript, which Node.js 20 cannot
// do. Benchmarks and the worker processes of tests use this script.
import { resolve } from "node:path";
import { createJiti } from "jiti";

const [file] = process.argv.splice(2, 1);
// The package and Prisma run as published, because jiti must not transform Prisma's code: the
// transformed code throws a TypeError instead of each database error.
const jiti = createJiti(import.meta.url, { tryNative: true, nativeModules: ["@prisma", "@libsql", "mariadb", "pg"] });
await jiti.import(resolve(file));
