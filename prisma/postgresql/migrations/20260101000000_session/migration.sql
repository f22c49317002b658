-- CreateTable
CREATE TABLE "session" (
    "key" TEXT NOT NULL,
    "data" TEXT NOT NULL,
    "expire_date" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "session_pkey" PRIMARY KEY ("key")
);

-- CreateIndex
CREATE INDEX "session_expire_date_idx" ON "session"("expire_date");
