import { DEFAULT_POD_SETTINGS, plainArg, plainProc, type Proc } from '@app/domain';
import type { SignalSender } from '@app/queue';
import { describe, expect, it } from '@jest/globals';
import { CheckJobs } from './check-jobs.js';

type Ask = SignalSender['ask'];
type Question = Parameters<Ask>[1];
type Answer = Awaited<ReturnType<Ask>>;

const TRIAL = { manifest: { kind: 'Job' }, outcome: 'accepted', message: '', warnings: ['old'] };
const SILENCE: Answer = { isClaimed: false, value: null };
const procs = (count: number) => Array.from({ length: count }, (_, index) => plainProc(`proc-${index}`));

function setUp(answer: (question: Question) => Answer = () => ({ isClaimed: true, value: TRIAL })) {
  const asked: Question[] = [];
  const clock = { nowMs: 0 };
  const ask: Ask = async (_, question) => {
    asked.push(question);
    return answer(question);
  };
  const record = {
    name: 'batch',
    template: { metadata: { labels: {}, annotations: {} }, spec: { hostname: 'x' } },
    updatedAt: new Date(0),
  };
  const templates = { list: async () => [{ ...record, updatedBy: '', usedBy: [] }] };
  const checkJobs = new CheckJobs({ ask }, templates, () => clock.nowMs);
  const outcomesOf = async (list: readonly Proc[]) =>
    (await checkJobs.check(list)).map(({ outcome }) => outcome);
  return { asked, clock, checkJobs, outcomesOf };
}

describe('CheckJobs', () => {
  it('asks with placeholders for args, without secrets and the texts of files, and with the template', async () => {
    const { asked, checkJobs } = setUp();
    const proc = plainProc('report', {
      args: [
        plainArg('PIN', { type: 'secret', default: 'not to be sent' }),
        plainArg('SIZE', { default: '1.50', example: '2' }),
        plainArg('DAY', { example: 'monday', options: ['friday'] }),
        plainArg('KIND', { options: ['long', 'short'] }),
        plainArg('WHO'),
      ],
      pod: {
        ...DEFAULT_POD_SETTINGS,
        template: 'batch',
        files: [{ path: '/etc/x', digest: 'd', bytes: 6, content: 'a text' }],
      },
    });
    expect(await checkJobs.check([proc])).toEqual([{ proc: 'report', ...TRIAL }]);
    expect(asked).toMatchObject([
      {
        proc: {
          args: { SIZE: '1.50', DAY: 'monday', KIND: 'long', WHO: '<WHO>' },
          snapshot: { podTemplate: { spec: { hostname: 'x' } }, pod: { files: [{ path: '/etc/x' }] } },
        },
      },
    ]);
    expect(JSON.stringify(asked)).not.toMatch(/not to be sent|PIN|a text/);
  });

  it.each<[what: string, answer: Answer, outcome: string, message: RegExp]>([
    ['no worker claims the question', SILENCE, 'no_worker', /^No worker answered\. Start one/],
    ['a worker claims it, and is silent', { isClaimed: true, value: null }, 'unknown', /within 8 s/],
    ['the answer is none', { isClaimed: true, value: { manifest: 1 } }, 'unknown', /within 8 s/],
    [
      'the API server is silent',
      { isClaimed: true, value: { ...TRIAL, outcome: 'unanswered', message: 'away' } },
      'unknown',
      /^away$/,
    ],
    [
      'the cluster refuses',
      { isClaimed: true, value: { ...TRIAL, outcome: 'refused', message: 'no team' } },
      'refused',
      /^no team$/,
    ],
  ])('says so when %s', async (_, answer, outcome, message) => {
    const [reply] = await setUp(() => answer).checkJobs.check(procs(1));
    expect(reply).toMatchObject({ outcome, message: expect.stringMatching(message) });
  });

  it('asks no more once no worker is there', async () => {
    const { asked, outcomesOf } = setUp(() => SILENCE);
    expect(new Set(await outcomesOf(procs(30)))).toEqual(new Set(['no_worker']));
    expect(asked).toHaveLength(4);
  });

  it('asks about 60 procs a minute', async () => {
    const { asked, clock, outcomesOf } = setUp();
    const outcomes = await outcomesOf(procs(62));
    expect(outcomes.slice(58)).toEqual(['accepted', 'accepted', 'not_asked', 'not_asked']);
    clock.nowMs = 59_999;
    expect(await outcomesOf(procs(1))).toEqual(['not_asked']);
    clock.nowMs = 60_000;
    expect(await outcomesOf(procs(1))).toEqual(['accepted']);
    expect(asked).toHaveLength(61);
  });
});
