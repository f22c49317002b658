/** Next.js calls this function once when a server starts. */
export async function register(): Promise<void> {
  // `next build` has no database.
  if (process.env.NEXT_RUNTIME !== "nodejs" || process.env.NEXT_PHASE === "phase-production-build") return;
  const { checkSessions } = await import("./lib/check-sessions.ts");
  const { prisma } = await import("./lib/prisma.ts");
  const { seedDemoAccount } = await import("./lib/users.ts");

  // In this mode, readers and a writer do not wait for each other. SQLite keeps the mode in the
  // file.
  await prisma.$queryRawUnsafe("PRAGMA journal_mode=WAL");
  await checkSessions();
  await seedDemoAccount();
}
