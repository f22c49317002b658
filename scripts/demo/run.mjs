import { readFile } from "node:fs/promises";
import { constants } from "node:os";
import { dirname, join } from "node:path";
import { Failure } from "./failure.mjs";
import { checkWritable, readEnv } from "./files.mjs";
import { checkPort, portInUse, readPort } from "./port.mjs";
import { start, stop } from "./processes.mjs";
import {
  buildPackage,
  buildShop,
  checkInstalled,
  DATABASE_URL,
  databasePath,
  generateClient,
  migrate,
  nextCli,
  outputs,
  shop,
} from "./steps.mjs";

let open = false;
let stopping = false;
// A terminal that is closed hangs up. npm passes on what the terminal has sent already, so the second of a kind is no news.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => close(signal));

try {
  await demo();
} catch (error) {
  // A tool that ended because it was told to is not a failure.
  if (!stopping) await fail(error);
}

async function demo() {
  const port = readPort(process.env.PORT);
  await checkPort(port);
  checkInstalled();
  await checkWritable(outputs);
  const settings = await readEnv(join(shop, ".env.local"));
  const env = {
    ...process.env,
    // What is set, but to nothing, counts as not set.
    SESSION_SECRET: process.env.SESSION_SECRET || settings.SESSION_SECRET,
    DATABASE_URL: process.env.DATABASE_URL || settings.DATABASE_URL || DATABASE_URL,
    NODE_ENV: "production",
    NEXT_TELEMETRY_DISABLED: "1",
    // See lib/session.ts of the shop: this address is plain http.
    SHOP_ON_PLAIN_HTTP: "1",
  };
  if (env.SESSION_SECRET.length < 32) {
    throw new Failure("The SESSION_SECRET is shorter than 32 characters. Leave it out, and the demo makes one.");
  }
  const database = databasePath(env.DATABASE_URL);
  await checkWritable([dirname(database), database]);

  await step("Building the package", () => buildPackage(env));
  await step("Generating the Prisma client", () => generateClient(env));
  await step("Migrating the database", () => migrate(env));
  await step("Building the shop", () => buildShop(env));
  await step("Opening the shop", () => openShop(port, env));

  const { email, password } = JSON.parse(await readFile(join(shop, "lib/demo-account.json"), "utf8"));
  console.log(`\n  The shop is open at  http://localhost:${port}`);
  console.log(`  Sign in with         ${email}  and  ${password}`);
  console.log("  Ctrl-C closes it.\n");
}

async function step(title, work) {
  if (stopping) throw new Failure("Stopped.");
  process.stdout.write(`${title} ... `);
  const begin = performance.now();
  const done = await work().catch((error) => {
    process.stdout.write("\n");
    throw error;
  });
  console.log(done === false ? "up to date" : `${((performance.now() - begin) / 1000).toFixed(1)} s`);
}

/** Starts the server on this machine's own address, and waits until it has shown the first page. */
async function openShop(port, env) {
  const server = start([nextCli(), "start", "--hostname", "127.0.0.1", "--port", `${port}`], { cwd: shop, env });
  const ended = server.exit.then(() => {
    if (server.output().includes("EADDRINUSE")) throw portInUse(port);
    throw new Failure("The server has ended.", server.output());
  });
  await Promise.race([ended, server.says("Ready in")]);
  const page = await Promise.race([ended, fetch(`http://127.0.0.1:${port}/`)]);
  if (!page.ok) throw new Failure("The shop shows no page.", server.output());

  open = true;
  ended.catch((error) => stopping || fail(error));
  server.child.stdout.pipe(process.stdout);
  server.child.stderr.pipe(process.stderr);
}

async function close(signal) {
  if (stopping) return;
  stopping = true;
  await stop();
  console.log("\nThe shop is closed.");
  // To close it so is the regular way; before it is open, it is an interruption.
  process.exit(open ? 0 : 128 + constants.signals[signal]);
}

async function fail(error) {
  stopping = true;
  await stop();
  if (!(error instanceof Failure)) throw error;
  if (error.output) console.error(`${error.output}\n`);
  console.error(error.message);
  process.exitCode = 1;
}
