import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { DEFAULT_POD_SETTINGS, NO_SECURITY_SETTINGS } from '@app/domain';
import { LOCK_DURATION_MS } from '@app/queue';
import { RunnerUnavailableError, type JobRequest } from '@app/runner';
import { Follower } from './follower.js';
import { CREATE_TIMEOUT_MS, launchJob, LeaseTooShortError } from './launch-job.js';
import { FakeRecords } from './testing/fake-records.js';
import { FakeWorker, WatchedRunner } from './testing/fake-worker.js';

let records: FakeRecords;
let runner: WatchedRunner;
let worker: FakeWorker;
const requests: JobRequest[] = [];

beforeEach(() => {
  records = new FakeRecords();
  runner = new WatchedRunner();
  requests.length = 0;
  const createJob = runner.createJob.bind(runner);
  runner.createJob = (request, signal) => {
    requests.push(request);
    return createJob(request, signal);
  };
  worker = new FakeWorker(records, runner, {
    defaultTimeoutSeconds: 77,
    defaultRetries: 2,
    podAnnotations: { team: 'data' },
    serviceAccountName: 'runner',
  });
});
afterEach(async () => {
  jest.restoreAllMocks();
  worker.close();
  await runner.close();
});

async function followerOf(id: number): Promise<Follower> {
  const claimed = await records.claim(id);
  if (!claimed) throw new Error('not claimed');
  return new Follower(claimed, worker.newLease(), new AbortController().signal, runner);
}

const launch = async (id: number) => launchJob(worker.context, await followerOf(id));

describe('launchJob', () => {
  it('requests the settings the execution was accepted with, and the defaults of the worker', async () => {
    const id = records.add({
      args: { NAME: '$(HOME)' },
      image: 'image:7',
      userEmail: 'eve@example.org',
      snapshot: { organization: 'Ops' },
    });
    expect(await launch(id)).toMatchObject({ kind: 'launched', job: { jobName: 'proctor-test-1' } });
    expect(requests).toEqual([
      {
        jobName: 'proctor-test-1',
        executionId: '1',
        procName: 'proc',
        team: 'Ops',
        user: 'eve@example.org',
        image: 'image:7',
        args: { NAME: '$(HOME)' },
        context: {
          EXECUTION_ID: '1',
          JOB_NAME: 'proc',
          EXECUTION_NAME: 'proctor-test-1',
          USER_EMAIL: 'eve@example.org',
          IMAGE_TAG: 'image:7',
        },
        timeoutSeconds: 77,
        retries: 2,
        pod: {
          ...DEFAULT_POD_SETTINGS,
          annotations: { team: 'data' },
          serviceAccount: 'runner',
          security: NO_SECURITY_SETTINGS,
        },
      },
    ]);
  });

  it('prefers the pod settings of the proc', async () => {
    const pod = {
      ...DEFAULT_POD_SETTINGS,
      resources: { requests: {}, limits: { cpu: '2' } },
      nodeSelector: { disk: 'ssd' },
      serviceAccount: 'deployer',
      annotations: { team: 'ops', note: 'x' },
      security: { ...NO_SECURITY_SETTINGS, runAsUser: 1000, fsGroup: 0 },
    };
    await launch(records.add({ snapshot: { pod } }));
    expect(requests).toMatchObject([{ pod }]);
    expect(requests[0]?.pod.annotations).toEqual({ team: 'ops', note: 'x' });
  });

  it('creates no Job for a proc that asks for root, if the level no longer allows it', async () => {
    worker.context.settings.security = { ...worker.context.settings.security, level: 'restricted' };
    const pod = { ...DEFAULT_POD_SETTINGS, security: { ...NO_SECURITY_SETTINGS, runAsUser: 0 } };
    expect(await launch(records.add({ snapshot: { pod } }))).toMatchObject({
      kind: 'end',
      end: { status: 'CREATION_FAILED', reason: expect.stringContaining('PROCTOR_POD_SECURITY=baseline') },
      hasJob: false,
    });
    expect(requests).toEqual([]);
  });

  it.each([
    ['annotation of the proc', { annotations: { 'iam.gke.io/gcp-service-account': 'x' } }, {}],
    ['annotation of its template', {}, { annotations: { 'eks.amazonaws.com/role-arn': 'x' } }],
    ['label of its template', {}, { labels: { 'azure.workload.identity/use': 'true' } }],
  ])(
    'creates no Job with an %s that is not in the list, whenever it was registered',
    async (_, pod, metadata) => {
      worker.context.settings.podAnnotations = { 'example.com/operator': 'may' };
      const podTemplate = { metadata: { labels: {}, annotations: {}, ...metadata }, spec: {} };
      const snapshot = { pod: { ...DEFAULT_POD_SETTINGS, ...pod, template: 't' }, podTemplate };
      expect(await launch(records.add({ snapshot }))).toMatchObject({
        kind: 'end',
        end: { status: 'CREATION_FAILED', reason: expect.stringContaining('PROCTOR_ALLOWED_ANNOTATIONS') },
      });
      expect(requests).toEqual([]);
    },
  );

  it('omits an arg with the name of a secret, even if no proc declares that secret', async () => {
    records.secretValues = { API_TOKEN: 'the-real-one' };
    await launch(records.add({ args: { NAME: 'Ada', API_TOKEN: 'mine-instead' } }));
    expect(requests.map(({ args }) => args)).toEqual([{ NAME: 'Ada' }]);
  });

  it('keeps secret args out of the Job', async () => {
    await launch(records.add({ args: { NAME: 'Ada' }, secretArgs: { PASSWORD: 'hunter22' } }));
    expect(requests).toMatchObject([{ args: { NAME: 'Ada' } }]);
    expect(JSON.stringify(requests)).not.toMatch(/PASSWORD|hunter22/);
    expect(await runner.readSecret('proctor-test-1')).toEqual({ PASSWORD: 'hunter22' });
  });

  it('prefers the limits of the proc', async () => {
    await launch(records.add({ snapshot: { timeoutSeconds: 5, retries: 0 } }));
    expect(requests).toMatchObject([{ timeoutSeconds: 5, retries: 0 }]);
  });

  it('creates nothing if the process stood still between renewing its lease and using it', async () => {
    const id = records.add();
    let now = performance.now();
    jest.spyOn(performance, 'now').mockImplementation(() => now);
    worker.renew = async () => {
      now += LOCK_DURATION_MS - CREATE_TIMEOUT_MS;
      return true;
    };
    await expect(launch(id)).rejects.toBeInstanceOf(LeaseTooShortError);
    expect(requests).toEqual([]);
  });

  it('renews its lease before each try for which it is too short', async () => {
    const id = records.add();
    let renewals = 0;
    let tries = 0;
    let now = performance.now();
    jest.spyOn(performance, 'now').mockImplementation(() => now);
    worker.renew = async () => {
      renewals++;
      return true;
    };
    runner.beforeCreate = () => {
      tries++;
      if (tries === 2) now += LOCK_DURATION_MS - CREATE_TIMEOUT_MS;
      if (tries < 4) throw new RunnerUnavailableError('away');
    };
    expect(await launch(id)).toMatchObject({ kind: 'launched' });
    expect([tries, renewals]).toEqual([4, 2]);
    expect(runner.created).toHaveLength(1);
  });

  it('adopts the Job if the answer to its creation was lost', async () => {
    const id = records.add();
    let isFirst = true;
    runner.afterCreate = () => {
      if (!isFirst) return;
      isFirst = false;
      throw new RunnerUnavailableError('timeout');
    };
    expect(await launch(id)).toMatchObject({ kind: 'launched' });
    expect([runner.created.length, runner.secrets.length]).toEqual([1, 1]);
  });
});
