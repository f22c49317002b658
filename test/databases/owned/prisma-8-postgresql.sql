-- AlterTable
ALTER TABLE "session" ADD COLUMN "user_id" INTEGER;
ALTER TABLE "session" ADD COLUMN "address" TEXT;
ALTER TABLE "session" ADD COLUMN "user_agent" TEXT;
ALTER TABLE "session" ADD COLUMN "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP;

-- CreateIndex
CREATE INDEX "session_user_id_idx" ON "session"("user_id");
