import { execFile } from "node:child_process";
import { symlink, writeFile } from "node:fs/promises";
import { promisify } from "node:util";
import { root } from "./docs/code-blocks.ts";
import { projectWithPackage } from "./packed-package.ts";

const CONSUMER = `
import { createSessions, memoryStore, signedJson, UpdateError } from "prisma-db-session";
import { hasSessionCookie, isSameOrigin } from "prisma-db-session/edge";
import type { NextSessionsOptions } from "prisma-db-session/next";
import { createTestBrowser, signedInCookie, storeConformanceTests } from "prisma-db-session/testing";
import { createWebSessions } from "prisma-db-session/web";

const sessions = createSessions<{ userId: number }>({ store: memoryStore(), secret: "x".repeat(32), codec: signedJson() });
const session = sessions.open();
session.set("userId", 7);
await session.save();
await sessions.open().destroy(session.sessionKey ?? "");
const error: unknown = await session.save().catch((error: unknown) => error);
if (!(error instanceof UpdateError)) throw new Error("no UpdateError");
const request = new Request("http://localhost/", { headers: { cookie: "session=" + "k".repeat(32) } });
if (!hasSessionCookie(request) || !isSameOrigin(request)) throw new Error("not its own request");
const options: NextSessionsOptions<{ userId: number }> = { store: memoryStore(), secret: "x".repeat(32) };
const web = createWebSessions(options);
const { headers } = new Response();
const visitor = await web.getSession(request);
visitor.set("userId", 7);
await web.commitSession(visitor, headers);
if (headers.getSetCookie().length !== 1) throw new Error("no cookie");
const { cookie, header } = await signedInCookie(options, { userId: 7 }, { url: "https://shop.example" });
const browser = createTestBrowser({ url: "https://shop.example", headers: { cookie: header } });
const response = await browser.fetch((request) => Response.json(request.headers.get("cookie")), "/");
if ((await response.json()) !== header || cookie.httpOnly !== true) throw new Error("not signed in");
for (const { run } of storeConformanceTests(() => memoryStore())) await run();
const next: unknown = await import("prisma-db-session/next").catch((error: unknown) => error);
console.log(next instanceof Error ? next.message.split("'")[1] : "there is a next");
`;

/**
 * A project that has the packed package, and code that uses it. The types of the package are
 * checked too.
 *
 * @param typescript the folder of the compiler
 * @returns what the compiler prints, and the folder with what it has written
 */
export async function compileConsumer(typescript: string): Promise<{ compiled: string; project: string }> {
  const { project } = await projectWithPackage();
  const compilerOptions = {
    module: "nodenext",
    target: "es2023",
    lib: ["es2023", "dom"],
    strict: true,
    skipLibCheck: false,
    types: [],
    rootDir: ".",
    outDir: "out",
  };
  await writeFile(`${project}/package.json`, JSON.stringify({ type: "module" }));
  await writeFile(`${project}/tsconfig.json`, JSON.stringify({ compilerOptions, files: ["consumer.ts"] }));
  await writeFile(`${project}/consumer.ts`, CONSUMER);
  const run = promisify(execFile)(process.execPath, [`${typescript}/bin/tsc`, "-p", project]);
  const { stdout } = await run.catch(({ stdout }) => ({ stdout }));
  return { compiled: stdout, project };
}

/** Puts Next.js beside the packed package. */
export async function addNext(project: string): Promise<void> {
  for (const name of ["next", "react"]) await symlink(`${root}node_modules/${name}`, `${project}/node_modules/${name}`);
}
