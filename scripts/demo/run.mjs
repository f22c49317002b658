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
// A terminal that closes sends SIGHUP. npm passes on signals that the terminal has sent already, so
// each signal may arrive twice. `close` ignores the second.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => close(signal));

try {
  await demo();
} catch (error) {
  // If the demo stopped a tool itself, the error of the tool is not a failure.
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
    // A variable that is set to the empty string counts as not set.
    SESSION_SECRET: process.env.SESSION_SECRET || settings.SESSION_SECRET,
    DATABASE_URL: process.env.DATABASE_URL || settings.DATABASE_URL || DATABASE_URL,
    NODE_ENV: "production",
    NEXT_TELEMETRY_DISABLED: "1",
    // The demo's address is plain http. See lib/session.ts of the shop.
    SHOP_ON_PLAIN_HTTP: "1",
  };
  if (env.SESSION_SECRET.length < 32) {
    throw new Failure(
      "`SESSION_SECRET` must be at least 32 characters long. Remove the variable, and the demo generates one.",
    );
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

/** Starts the server on the loopback address, and waits until it has sent the first page. */
async function openShop(port, env) {
  const server = start([nextCli(), "start", "--hostname", "127.0.0.1", "--port", `${port}`], { cwd: shop, env });
  const ended = server.exit.then(() => {
    if (server.output().includes("EADDRINUSE")) throw portInUse(port);
    throw new Failure("The server of the shop ended. See its output above.", server.output());
  });
  await Promise.race([ended, server.waitForOutput("Ready in")]);
  const page = await Promise.race([ended, fetch(`http://127.0.0.1:${port}/`)]);
  if (!page.ok) throw new Failure("The shop cannot show its first page. See its output above.", server.output());

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
  // A signal is the normal way to close the shop. Before the shop is open, it is an interruption.
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
