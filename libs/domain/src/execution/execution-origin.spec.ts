import { describe, expect, it } from '@jest/globals';
import {
  ORIGIN_KINDS,
  ORIGIN_RULES,
  originFromIds,
  originIds,
  type ExecutionOrigin,
  type OriginIds,
  type OriginKind,
} from './execution-origin.js';

const ONE_OF_EACH: Record<OriginKind, ExecutionOrigin> = {
  person: { kind: 'person' },
  rerun: { kind: 'rerun', rerunOf: 7 },
  schedule: { kind: 'schedule', scheduleId: 5 },
};

describe('the origins of an execution', () => {
  it.each<[OriginKind, OriginIds]>([
    ['person', { scheduleId: null, rerunOf: null }],
    ['rerun', { scheduleId: null, rerunOf: 7 }],
    ['schedule', { scheduleId: 5, rerunOf: null }],
  ])('%s carries its ids', (kind, ids) => {
    expect(originIds(ONE_OF_EACH[kind])).toEqual(ids);
  });

  it.each(ORIGIN_KINDS)('%s survives the way into flat fields and back', (kind) => {
    expect(originFromIds(originIds(ONE_OF_EACH[kind]))).toEqual(ONE_OF_EACH[kind]);
  });

  it('gives each origin with a caller an audit action of its own', () => {
    const actions = Object.values(ORIGIN_RULES).flatMap(({ auditAction }) => auditAction ?? []);
    expect(new Set(actions).size).toBe(actions.length);
    expect(ORIGIN_RULES.schedule.auditAction).toBeNull();
  });
});
