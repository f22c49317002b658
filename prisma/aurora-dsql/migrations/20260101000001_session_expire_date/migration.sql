-- CreateIndex
CREATE INDEX ASYNC "session_expire_date_idx" ON "session"("expire_date");
