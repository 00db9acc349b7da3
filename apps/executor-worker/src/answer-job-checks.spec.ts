import { randomUUID } from 'node:crypto';
import { DEFAULT_POD_SETTINGS } from '@app/domain';
import type { SignalPayload } from '@app/queue';
import type { JobRequest, JobTrial } from '@app/runner';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { AnswerJobChecks } from './answer-job-checks.js';
import { FakeRecords } from './testing/fake-records.js';
import { FakeWorker, WatchedRunner } from './testing/fake-worker.js';

type Question = SignalPayload<'jobCheck'>;

const ACCEPTED: JobTrial = { manifest: { kind: 'Job' }, outcome: 'accepted', message: '', warnings: [] };

let runner: WatchedRunner;
let worker: FakeWorker;
let claims: Set<string>;
let answers: Map<string, unknown>;
let warnings: number;
let tried: JobRequest[];
beforeEach(() => {
  runner = new WatchedRunner();
  worker = new FakeWorker(new FakeRecords(), runner, { podAnnotations: { a: 'b' } });
  claims = new Set();
  answers = new Map();
  warnings = 0;
  tried = [];
  runner.tryJob = async (request) => {
    tried.push(request);
    return ACCEPTED;
  };
});
afterEach(() => worker.close());

const newChecks = () =>
  new AnswerJobChecks({
    ...worker.context,
    log: { warn: () => void warnings++ },
    signals: {
      claim: async (id) => !claims.has(id) && claims.add(id).has(id),
      answer: async (id, value) => void answers.set(id, value),
    },
  });

function newQuestion(changes: Partial<Question> = {}, namespace: string | null = null): Question {
  const snapshot = {
    ...{ timeoutSeconds: null, retries: 2, requiredSecrets: [], organization: 'ops' },
    pod: { ...DEFAULT_POD_SETTINGS, namespace },
  };
  const proc = { name: 'greet', image: 'greet:1', args: { WHO: '<WHO>' }, snapshot };
  return { installationId: 'test', questionId: randomUUID(), proc, ...changes };
}

describe('AnswerJobChecks', () => {
  it('tries the Job that an execution would become', async () => {
    const question = newQuestion();
    await newChecks().answer(question);
    expect(answers).toEqual(new Map([[question.questionId, ACCEPTED]]));
    expect(tried).toMatchObject([
      {
        ...{ jobName: 'proctor-test-0', executionId: '0', procName: 'greet', team: 'ops', retries: 2 },
        ...{ args: { WHO: '<WHO>' }, timeoutSeconds: 60, pod: { annotations: { a: 'b' } } },
      },
    ]);
  });

  it('names the setting that helps against a warning about Pod Security', async () => {
    const warning = 'would violate PodSecurity "restricted:latest": runAsNonRoot != true';
    runner.tryJob = async () => ({ ...ACCEPTED, warnings: ['old', warning] });
    await newChecks().answer(newQuestion());
    expect([...answers.values()]).toMatchObject([
      { warnings: ['old', expect.stringMatching(/ != true; set PROCTOR_POD_SECURITY=restricted/)] },
    ]);
  });

  it('leaves a question to the worker that claimed it', async () => {
    const question = newQuestion();
    await Promise.all([newChecks().answer(question), newChecks().answer(question)]);
    expect(tried).toHaveLength(1);
  });

  it.each([
    ['another installation', newQuestion({ installationId: 'other' })],
    ['a namespace that this worker may not use', newQuestion({}, 'elsewhere')],
  ])('leaves %s unclaimed', async (_, question) => {
    await newChecks().answer(question);
    expect(claims).toEqual(new Set());
  });

  it('tries four Jobs at once, and the next when one of them is through', async () => {
    let finish: () => void = () => undefined;
    const finished = new Promise<void>((resolve) => (finish = resolve));
    runner.tryJob = () => finished.then(() => ACCEPTED);
    const checks = newChecks();
    const first = Array.from({ length: 4 }, () => checks.answer(newQuestion()));
    await checks.answer(newQuestion());
    expect(claims.size).toBe(4);
    finish();
    await Promise.all(first);
    await checks.answer(newQuestion());
    expect(answers.size).toBe(5);
  });

  it('gives no answer when the time is over, and answers later questions', async () => {
    runner.tryJob = async () => {
      throw new Error('aborted');
    };
    const checks = newChecks();
    for (let time = 0; time < 5; time++) await checks.answer(newQuestion());
    expect([claims.size, answers.size, warnings]).toEqual([5, 0, 5]);
  });
});
