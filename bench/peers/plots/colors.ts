/** The class of a peer's colour: blue for this package, grey for Prisma and `pg` alone, another for others. */
export function colorOf(peer: string): string {
  if (peer.startsWith("prisma-db-session")) return "c0";
  if (peer.startsWith("pg") || peer.startsWith("Prisma 7") || peer === "none") return "c1";
  return "c2";
}
