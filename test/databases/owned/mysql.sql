-- AlterTable
ALTER TABLE `session` ADD COLUMN `user_id` INTEGER NULL;
ALTER TABLE `session` ADD COLUMN `address` VARCHAR(191) NULL;
ALTER TABLE `session` ADD COLUMN `user_agent` VARCHAR(191) NULL;
ALTER TABLE `session` ADD COLUMN `created_at` DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3);

-- CreateIndex
CREATE INDEX `session_user_id_idx` ON `session`(`user_id`);
