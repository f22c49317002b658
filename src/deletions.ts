const COUNT = Symbol.for("prisma-db-session.deletions");

/** A process can have several copies of this module, as Next.js makes bundles of a proxy and of each page: they count together. */
const shared = globalThis as { [COUNT]?: number };

/** How often sessions were ended in this process. What was read before the last time may not be there any more. */
export const deletions = (): number => shared[COUNT] ?? 0;

export function noteDeletion(): void {
  shared[COUNT] = deletions() + 1;
}
