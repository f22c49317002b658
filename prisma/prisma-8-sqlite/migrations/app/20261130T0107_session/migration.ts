#!/usr/bin/env -S node
import type { Contract as End } from '../../snapshots/0128084e7bd808b5b948c2f096a3175f2425f4b362b7977d2b529eed2da8fb33/contract';
import endContract from '../../snapshots/0128084e7bd808b5b948c2f096a3175f2425f4b362b7977d2b529eed2da8fb33/contract.json' with { type: 'json' };
import { Migration, MigrationCLI, col, primaryKey } from '@prisma/orm-sqlite/migration';

export default class M extends Migration<never, End> {
  override readonly endContractJson = endContract;

  override get operations() {
    return [
      this.createTable({
        table: 'session',
        columns: [
          col('data', 'TEXT', { notNull: true }),
          col('expire_date', 'TEXT', { notNull: true }),
          col('key', 'TEXT', { notNull: true }),
        ],
        constraints: [primaryKey(['key'])],
      }),
      this.createIndex({
        table: 'session',
        index: 'session_expire_date_idx',
        columns: ['expire_date'],
      }),
    ];
  }
}

MigrationCLI.run(import.meta.url, M);
