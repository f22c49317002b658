-- CreateTable
CREATE TABLE "session" (
    "key" TEXT NOT NULL PRIMARY KEY,
    "data" TEXT NOT NULL,
    "expire_date" DATETIME NOT NULL
);

-- CreateIndex
CREATE INDEX "session_expire_date_idx" ON "session"("expire_date");
