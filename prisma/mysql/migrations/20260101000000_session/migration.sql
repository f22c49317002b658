-- CreateTable
CREATE TABLE `session` (
    `key` VARCHAR(191) NOT NULL,
    `data` LONGTEXT NOT NULL,
    `expire_date` DATETIME(3) NOT NULL,

    INDEX `session_expire_date_idx`(`expire_date`),
    PRIMARY KEY (`key`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
