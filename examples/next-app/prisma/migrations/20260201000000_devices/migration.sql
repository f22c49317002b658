-- AlterTable
ALTER TABLE "session" ADD COLUMN "signed_in_at" DATETIME;
ALTER TABLE "session" ADD COLUMN "user_agent" TEXT;
ALTER TABLE "session" ADD COLUMN "user_id" INTEGER;

-- AlterTable
ALTER TABLE "user" ADD COLUMN "note" TEXT;

-- CreateIndex
CREATE INDEX "session_user_id_idx" ON "session"("user_id");
