#!/usr/bin/env node
// `npm run demo`: builds the shop in examples/next-app with all that it needs, and opens it.
// This file keeps to syntax that old versions of Node read too, so that they come as far as the message.
const [major, minor] = process.versions.node.split(".").map(Number);
// What Prisma runs on. An odd major is supported by hardly anything.
if ((major === 20 && minor >= 19) || (major === 22 && minor >= 12) || major >= 24) {
  import("./demo/run.mjs");
} else {
  console.error(`The demo needs Node 20.19, 22.12 or 24 and newer, and this is ${process.version}.`);
  process.exitCode = 1;
}
