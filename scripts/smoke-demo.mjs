#!/usr/bin/env node
// Starts the demo, uses the shop over plain HTTP like a browser without JavaScript, and closes the
// demo with the signal of Ctrl-C.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const account = JSON.parse(await readFile(join(root, "examples/next-app/lib/demo-account.json"), "utf8"));
const folder = await mkdtemp(join(tmpdir(), "prisma-db-session-smoke-"));
const port = await freePort();
const env = { ...process.env, PORT: `${port}`, DATABASE_URL: `file:${join(folder, "shop.db")}` };
const site = `http://localhost:${port}`;
let cookie = "";

const LIMIT_MS = 300_000;
const limit = setTimeout(() => demo.child.kill("SIGTERM"), LIMIT_MS); // then the test that waits fails

const demo = startDemo(env);
try {
  await demo.waitForOutput("Ctrl-C closes it.");
  await shopping();
  console.log("The shop works.");

  const build = await readFile(join(root, "examples/next-app/.next/demo"), "utf8");
  assert.match(build, /Compiled successfully/);
  // If CI is set, Next.js asks for a cache that persists between builds.
  assert.doesNotMatch(build.replace(/^.*No build cache found.*$/m, ""), /warn|⚠/i);
  console.log("The build has no warning.");

  const second = startDemo(env);
  assert.equal(await second.exit, 1);
  assert.equal(
    second.output().trim(),
    `Port ${port} is in use. Set another port: PORT=${port < 65535 ? port + 1 : 3000} npm run demo`,
  );
  console.log("A busy port gives one clear line.");

  demo.child.kill("SIGINT");
  assert.equal(await demo.exit, 0);
  await listen(port);
  console.log("Ctrl-C closes the demo, and the port is free again.");
} catch (error) {
  console.error(demo.output());
  throw error;
} finally {
  clearTimeout(limit);
  demo.child.kill("SIGTERM");
  await demo.exit;
  await rm(folder, { recursive: true });
}

async function shopping() {
  await shows("/", "Harbour mug");
  assert.equal(cookie, "", "a visitor who only views pages gets no cookie");

  await submit("/", "Add<", { product: "mug" });
  assert.match(cookie, /^session=[a-z0-9]{32}$/);
  await shows("/cart", "€18.00 each");

  const visitor = cookie;
  await submit("/sign-in", ">Sign in</button>", { email: account.email, password: account.password });
  assert.notEqual(cookie, visitor, "signing in changes the key");
  await shows("/account", `Hello, ${account.name}.`);

  await submit("/account", "Save the note", { note: "Ring twice." });
  await shows("/account?notice=1", "Your note for the courier is saved.");
  assert(!(await page("/account?notice=1")).includes("is saved."), "a notice is shown once");

  const json = { "Content-Type": "application/json" };
  const added = await request("/api/cart", {
    method: "POST",
    headers: json,
    body: '{ "product": "lamp", "quantity": 2 }',
  });
  assert.equal(added.status, 201);
  const cart = await (await request("/api/cart")).json();
  assert.deepEqual({ count: cart.count, total: cart.total }, { count: 3, total: 14_600 });

  const user = cookie;
  await submit("/account", ">Sign out</button>", {});
  assert.equal(cookie, "session=");
  cookie = user;
  assert.equal(
    (await (await request("/api/cart")).json()).count,
    0,
    "the cookie of a session that was signed out opens no session",
  );
}

/**
 * Sends the first form of a page that contains a text, with its hidden fields and the given fields.
 */
async function submit(path, text, fields) {
  const forms = (await page(path)).split("<form").map((part) => part.split("</form>")[0]);
  const form = forms.find((part) => part.includes(text));
  assert(form, `a form with ${text}`);
  const body = new FormData();
  for (const [input] of form.matchAll(/<input type="hidden"[^>]*>/g)) {
    body.set(attribute(input, "name"), attribute(input, "value"));
  }
  for (const [name, value] of Object.entries(fields)) body.set(name, value);
  const response = await request(path, { method: "POST", body, headers: { Origin: site } });
  assert([200, 303].includes(response.status), `${response.status} for the form with ${text}`);
}

function attribute(tag, name) {
  const value = new RegExp(` ${name}="([^"]*)"`).exec(tag)?.[1] ?? "";
  return value.replaceAll("&quot;", '"').replaceAll("&amp;", "&");
}

async function page(path) {
  const response = await request(path);
  assert.equal(response.status, 200, path);
  return (await response.text()).replaceAll("<!-- -->", ""); // React's mark between two pieces of text
}

async function shows(path, text) {
  assert((await page(path)).includes(text), `${path} shows "${text}"`);
}

/** Sends a request with the visitor's cookie, and stores the cookie of the response. */
async function request(path, { headers, ...options } = {}) {
  const response = await fetch(site + path, {
    ...options,
    redirect: "manual",
    headers: { ...headers, Cookie: cookie },
  });
  for (const set of response.headers.getSetCookie()) cookie = set.split(";")[0];
  return response;
}

function startDemo(env) {
  const child = spawn(process.execPath, [join(root, "scripts/demo.mjs")], { env, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (chunk) => (output += chunk));
  const exit = once(child, "close").then(([code]) => code);
  const waitForOutput = (text) =>
    new Promise((resolve, reject) => {
      child.stdout.on("data", () => output.includes(text) && resolve());
      exit.then(() => reject(new Error("The demo ended too early.")));
    });
  return { child, exit, waitForOutput, output: () => output };
}

async function freePort() {
  const { port } = await listen(0);
  return port;
}

/** Listens for a moment. Rejects if another process listens on the port. */
async function listen(port) {
  const server = createServer().listen(port, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  return address;
}
