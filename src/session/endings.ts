const COUNT = Symbol.for("prisma-db-session.endings");

/** A process can have several copies of this module, as Next.js bundles the proxy and the pages apart: they count together. */
const shared = globalThis as { [COUNT]?: number };

/** How often a session key has ended in this process: its row was deleted, or got another key. */
export const endings = (): number => shared[COUNT] ?? 0;

/** To be called when it is done, or may be. */
export function noteEnding(): void {
  shared[COUNT] = endings() + 1;
}
