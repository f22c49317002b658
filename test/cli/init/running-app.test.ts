// A fresh Next.js app with Prisma: `init`, the commands that it prints, and then a sign-in over HTTP.
import { expect, it } from "vitest";
import { environmentFile, makeFreshApp, nextSteps } from "./fresh-app.ts";

it("init and the commands that it prints lead a fresh app to a running sign-in", async () => {
  const app = await makeFreshApp({ name: "sqlite", provider: "sqlite", url: "file:./dev.db" });
  const { commands, importLine } = nextSteps(await app.command("init", "--yes"));
  expect(commands).toEqual(["migrate dev --name session", "generate"]);
  expect(importLine).toBe('import { getSession, withSession } from "@/lib/session";');

  for (const args of commands) await app.prisma(...args.split(" "));
  const { signIn, page } = await app.start(importLine);
  expect(await page()).toBe("signed out");
  const cookie = await signIn("ada@example.com");
  expect(cookie).toMatch(/^__Host-session=\w{32}$/);
  expect(await page(cookie)).toBe("user 1");

  // The commands of the package work on it too, with the app's own client.
  const client = ["--client", "lib/prisma.ts"];
  const listed = JSON.parse(await app.command("list", ...client, "--columns", "userId", "--json"));
  expect(listed).toMatchObject({ total: 1, sessions: [{ columns: { userId: 1 } }] });
  await app.command("revoke", ...client, "--where", '{"userId":1}', "--all", "--yes");
  expect(await page(cookie)).toBe("signed out");

  expect(await app.command("init")).toMatch(/^Nothing to write: everything is there\.\n/);
  expect(await environmentFile(app)).toMatch(/^DATABASE_URL=file:\.\/dev\.db\nSESSION_SECRET=[\w-]{43}\n$/);
}, 300_000);
