import type { ExecutionReply } from '@app/contract';
import { describe, expect, it } from '@jest/globals';
import { isPatchable, patchList, type ExecutionList } from './patch-list.js';

const execution = (id: number, changes: Partial<ExecutionReply> = {}): ExecutionReply => ({
  id,
  job_name: 'deploy',
  name: `deploy-${id}`,
  image_tag: 'deploy:1',
  created_at: '2026-01-31T10:00:00Z',
  updated_at: '2026-01-31T10:00:00Z',
  status: 'POD_READY',
  user_email: 'ada@example.com',
  ...changes,
});
const page = (...ids: number[]): ExecutionList => ({ executions: ids.map((id) => execution(id)) });
const idsOf = ({ executions }: ExecutionList) => executions.map(({ id }) => id);

describe('patchList', () => {
  it('replaces what has changed and adds what is new, newest first', () => {
    const ended = execution(5, { status: 'FINISHED' });
    const patched = patchList(page(7, 5, 3), {}, [ended, execution(9)]);
    expect(idsOf(patched)).toEqual([9, 7, 5, 3]);
    expect(patched.executions[2]).toBe(ended);
  });

  it('keeps the size of the page, and then knows that there is a next one', () => {
    expect(patchList(page(7, 5), { limit: '2' }, [execution(9)])).toMatchObject({ next: '7' });
    expect(idsOf(patchList(page(7, 5), { limit: '2' }, [execution(9)]))).toEqual([9, 7]);
  });

  it.each([
    ['another proc', { proc: 'other' }, [7]],
    ['the proc', { proc: 'deploy' }, [9, 7]],
    ['another user', { user: 'bob@example.com' }, [7]],
    ['the user in another case', { user: 'Ada@example.com' }, [9, 7]],
    ['another status', { status: 'FINISHED,CANCELLED' }, [7]],
    ['the status', { status: 'POD_READY' }, [9, 7]],
    ['another schedule', { schedule: '4' }, [7]],
    ['a later time', { since: '2026-02-01T00:00:00Z' }, [7]],
    ['an earlier time', { until: '2026-01-01T00:00:00Z' }, [7]],
  ])('filters by %s', (_what, query, ids) => {
    expect(idsOf(patchList(page(7), query, [execution(9)]))).toEqual(ids);
  });

  it('removes what no longer matches', () => {
    const ended = execution(5, { status: 'FINISHED' });
    expect(idsOf(patchList(page(7, 5), { status: 'POD_READY' }, [ended]))).toEqual([7]);
  });

  it('adds nothing to a later page, nor what is older than a full one', () => {
    const later = page(7, 5);
    expect(patchList(later, { cursor: '8' }, [execution(9)])).toBe(later);
    const full = { ...page(7, 5), next: '5' };
    expect(patchList(full, { limit: '2' }, [execution(3)])).toBe(full);
  });
});

it('cannot patch a list with a filter that it does not know', () => {
  expect(isPatchable({ proc: 'deploy', limit: '50', user: undefined })).toBe(true);
  expect(isPatchable({ 'arg.STAGE': 'production' })).toBe(false);
});
