-- Aurora DSQL takes one DDL statement in each transaction, so the index has a migration of its own.
-- Written after the documentation: no test runs these migrations on Aurora DSQL.
-- CreateTable
CREATE TABLE "session" (
    "key" TEXT NOT NULL,
    "data" TEXT NOT NULL,
    "expire_date" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "session_pkey" PRIMARY KEY ("key")
);
