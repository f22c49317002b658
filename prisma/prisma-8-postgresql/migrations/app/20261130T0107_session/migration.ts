#!/usr/bin/env -S node
import type { Contract as End } from '../../snapshots/56412ebf6fc6b5689ff31fc2680755dca2adb28d213bb925c3368ec8f740c3a6/contract';
import endContract from '../../snapshots/56412ebf6fc6b5689ff31fc2680755dca2adb28d213bb925c3368ec8f740c3a6/contract.json' with { type: 'json' };
import { Migration, MigrationCLI, col, primaryKey } from '@prisma/orm-postgres/migration';

export default class M extends Migration<never, End> {
  override readonly endContractJson = endContract;

  override get operations() {
    return [
      this.createSchema({ schema: 'public' }),
      this.createTable({
        schema: 'public',
        table: 'session',
        columns: [
          col('data', 'text', { notNull: true, codecRef: { codecId: 'pg/text@1' } }),
          col('expire_date', 'timestamptz(3)', {
            notNull: true,
            codecRef: { codecId: 'pg/timestamptz-date@1', typeParams: { precision: 3 } },
          }),
          col('key', 'text', { notNull: true, codecRef: { codecId: 'pg/text@1' } }),
        ],
        constraints: [primaryKey(['key'])],
      }),
      this.createIndex({
        schema: 'public',
        table: 'session',
        index: 'session_expire_date_idx',
        columns: ['expire_date'],
      }),
    ];
  }
}

MigrationCLI.run(import.meta.url, M);
