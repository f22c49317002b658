#!/usr/bin/env node
// `npm run demo`: builds the shop in examples/next-app with all that it needs, and opens it.
// This file keeps to syntax that old versions of Node read too, so that they come as far as the message.
const version = process.versions.node.split(".").map(Number);
if (version[0] > 20 || (version[0] === 20 && version[1] >= 19)) {
  import("./demo/run.mjs");
} else {
  console.error(`The demo needs Node 20.19 or newer, and this is ${process.version}.`);
  process.exitCode = 1;
}
