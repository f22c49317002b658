import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { bundleForEdge } from "./edge/bundle.ts";
import { projectWithPackage } from "./packed-package.ts";

const run = promisify(execFile);
const root = fileURLToPath(new URL("..", import.meta.url));

const CONSUMER = `
import { createSessions, memoryStore, signedJson, UpdateError } from "prisma-db-session";
import { hasSessionCookie, isSameOrigin } from "prisma-db-session/edge";
import { storeConformanceTests } from "prisma-db-session/testing";
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
const web = createWebSessions<{ userId: number }>({ store: memoryStore(), secret: "x".repeat(32) });
const { headers } = new Response();
const visitor = await web.getSession(request);
visitor.set("userId", 7);
await web.commitSession(visitor, headers);
if (headers.getSetCookie().length !== 1) throw new Error("no cookie");
for (const { run } of storeConformanceTests(() => memoryStore())) await run();
const next: unknown = await import("prisma-db-session/next").catch((error: unknown) => error);
console.log(next instanceof Error ? next.message.split("'")[1] : "there is a next");
`;

it("the packed package works in a project that has nothing else, and its types hold there", async () => {
  const { project } = await projectWithPackage();
  const compilerOptions = {
    module: "nodenext",
    target: "es2023",
    lib: ["es2023", "dom"],
    strict: true,
    types: [],
    outDir: "out",
  };
  await writeFile(`${project}/package.json`, JSON.stringify({ type: "module" }));
  await writeFile(`${project}/tsconfig.json`, JSON.stringify({ compilerOptions, files: ["consumer.ts"] }));
  await writeFile(`${project}/consumer.ts`, CONSUMER);
  const compiled = await run(process.execPath, [`${root}node_modules/typescript/bin/tsc`, "-p", project]).catch(
    ({ stdout }) => ({ stdout }),
  );
  expect(compiled.stdout).toBe("");
  const { stdout } = await run(process.execPath, ["out/consumer.js"], { cwd: project });
  expect(stdout, "only the entry for Next.js wants next").toBe("next\n");
}, 120_000);

it("the packed package has an edge entry that needs neither Node nor the rest", async () => {
  const { installed } = await projectWithPackage();
  const { exports } = JSON.parse(await readFile(`${installed}/package.json`, "utf8"));
  const code = 'export * from "prisma-db-session/edge"';
  const { script, imports } = await bundleForEdge(code, `${installed}/${exports["./edge"]}`);
  expect(imports).toEqual([]);
  expect(script).toContain("__Host-session");
});

it("the packed package has its command, which runs by itself and names the version that was packed", async () => {
  const { project, installed } = await projectWithPackage();
  const { bin, version } = JSON.parse(await readFile(`${installed}/package.json`, "utf8"));
  const command = `${installed}/${bin["prisma-db-session"]}`;
  expect(await run(command, ["--version"], { cwd: project })).toEqual({ stdout: `${version}\n`, stderr: "" });

  // Without next, and without the Prisma CLI.
  await writeFile(
    `${project}/client.mjs`,
    "export const prisma = { $connect: async () => {}, $disconnect: async () => {} };",
  );
  const wrong = await run(command, ["clear-expired", "--client", "client.mjs"], { cwd: project }).catch(
    (error) => error,
  );
  expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining('has no model "session"') });
});
