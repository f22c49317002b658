import { readFile } from "node:fs/promises";
import { expect, it } from "vitest";
import { codeBlocksOf, root } from "./code-blocks.ts";

const blocks = await codeBlocksOf("docs/deployment.md");
const blockWith = (text: string) => blocks.find(({ code }) => code.includes(text))?.code ?? "";

it("docs/deployment.md keeps the files with the secret out of the image", async () => {
  const patterns = blockWith("# .dockerignore").split("\n");
  expect(patterns).toContain(".env*");
  // Otherwise Next.js would copy them: https://nextjs.org/docs/app/api-reference/config/next-config-js/output
  const build = await readFile(`${root}node_modules/next/dist/build/index.js`, "utf8");
  expect(build).toMatch(/'\.env',\s+'\.env\.production'/);
});

it("docs/deployment.md lets nginx replace each header that Next.js or the package believes", () => {
  const nginx = blockWith("proxy_pass");
  const set = [...nginx.matchAll(/^ +proxy_set_header (\S+) (\S+);$/gm)].map(([, name, value]) => [name, value]);
  expect(Object.fromEntries(set)).toEqual({
    Host: "$http_host",
    "X-Forwarded-Host": "$http_host",
    "X-Forwarded-For": "$remote_addr",
    "X-Forwarded-Proto": "$scheme",
  });
  expect(nginx).toMatch(/listen 80;[^}]*return 301 https:/);
});
