-- AlterTable
ALTER TABLE "session" ADD COLUMN "user_id" INTEGER;
ALTER TABLE "session" ADD COLUMN "address" TEXT;
ALTER TABLE "session" ADD COLUMN "user_agent" TEXT;
-- SQLite adds no column with a default that is not constant, so Prisma 8 would make the table anew.
ALTER TABLE "session" ADD COLUMN "created_at" TEXT NOT NULL DEFAULT '2030-01-01T00:00:00.000Z';

-- CreateIndex
CREATE INDEX "session_user_id_idx" ON "session"("user_id");
