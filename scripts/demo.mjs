#!/usr/bin/env node
// `npm run demo`: builds the shop in examples/next-app and everything that it needs, and opens it.
// This file uses only syntax that old versions of Node can parse, so that they print the message.
const [major, minor] = process.versions.node.split(".").map(Number);
// The versions that Prisma supports. Hardly any package supports odd majors.
if ((major === 20 && minor >= 19) || (major === 22 && minor >= 12) || major >= 24) {
  import("./demo/run.mjs");
} else {
  console.error(`The demo needs Node 20.19, 22.12, or 24 and newer. This is ${process.version}. Update Node.`);
  process.exitCode = 1;
}
