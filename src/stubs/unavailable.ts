/**
 * What stands for an exported function or class where there is no Node.js: in a browser, and on the
 * edge runtime. It throws when it is called or constructed. `instanceof` is false for it.
 *
 * @param entry such as `prisma-db-session/next`
 */
export function unavailable(name: string, entry: string): () => never {
  return function needsNode() {
    throw Object.assign(new Error(`Cannot use \`${name}\` here, because ${needsNodeText(entry)}`), {
      name: "ConfigError",
      code: "SESSION_CONFIG",
    });
  };
}

/**
 * Says at once why an entry cannot work, if this is the edge runtime. A module that imports the
 * entry mostly imports a Prisma client too, which fails there before anything is called.
 */
export function explainOnEdge(entry: string): void {
  if ("EdgeRuntime" in globalThis)
    console.error(`prisma-db-session: Cannot work here, because ${needsNodeText(entry)}`);
}

const needsNodeText = (entry: string) =>
  `"${entry}" needs Node.js, and this is a browser or the edge runtime. In a client component, get the data as props from a ` +
  "server component, or call a server action. In an edge middleware, use `hasSessionCookie` of " +
  '"prisma-db-session/edge", or use proxy.ts, which runs on Node.js. In Jest, begin the test file with ' +
  "`/** @jest-environment node */`.";
