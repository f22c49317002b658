-- CreateTable
CREATE TABLE "session" (
    "key" TEXT NOT NULL PRIMARY KEY,
    "data" TEXT NOT NULL,
    "expire_date" DATETIME NOT NULL
);

-- CreateTable
CREATE TABLE "user" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "email" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "password_hash" TEXT NOT NULL
);

-- CreateIndex
CREATE INDEX "session_expire_date_idx" ON "session"("expire_date");

-- CreateIndex
CREATE UNIQUE INDEX "user_email_key" ON "user"("email");
