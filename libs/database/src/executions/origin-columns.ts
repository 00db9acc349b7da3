import { originFromIds, originIds, type ExecutionOrigin } from '@app/domain';
import { Prisma } from '../generated/client.js';

/**
 * An origin as a row of `execution` stores it. A new origin with an id has a column here and in prisma/schema.prisma.
 */
export interface OriginRow {
  schedule_id: bigint | null;
  rerun_of: bigint | null;
}

export const ORIGIN_COLUMNS = Prisma.sql`schedule_id, rerun_of`;
/** The same columns of the alias `e`. */
export const ORIGIN_COLUMNS_OF_E = Prisma.sql`e.schedule_id, e.rerun_of`;
export const ORIGIN_COLUMN_TYPES = Prisma.sql`schedule_id bigint, rerun_of bigint`;

export function originColumns(origin: ExecutionOrigin): Record<keyof OriginRow, number | null> {
  const { scheduleId, rerunOf } = originIds(origin);
  return { schedule_id: scheduleId, rerun_of: rerunOf };
}

export function originFromRow({ schedule_id, rerun_of }: OriginRow): ExecutionOrigin {
  return originFromIds({ scheduleId: toNumber(schedule_id), rerunOf: toNumber(rerun_of) });
}

function toNumber(id: bigint | null): number | null {
  return id === null ? null : Number(id);
}
