import { describe, expect, it } from '@jest/globals';
import { REQUIRED_ENV, wrongVariables } from '../../../libs/platform/src/testing/index.js';
import { loadWorkerEnv } from './env.js';

const required = { ...REQUIRED_ENV, PROCTOR_SECRET_KEY: 'ab'.repeat(32) };

describe("the worker's environment", () => {
  it('needs Postgres, Redis and the secret key only', () => {
    expect(loadWorkerEnv(required)).toMatchObject({
      kubernetes: { cluster: { mode: 'in-cluster' }, namespace: 'default' },
      job: { timeoutSeconds: 3_600, retries: 0, serviceAccountName: null, podAnnotations: {} },
      startLimits: { startMs: 300_000, imageMs: 60_000 },
      concurrency: 500,
      logLimitBytes: 10 * 1024 * 1024,
      userShare: 500,
      health: null,
    });
  });

  it('names every missing variable', () => {
    expect(wrongVariables(() => loadWorkerEnv({}))).toEqual(Object.keys(required).sort());
  });

  it('reads the variables of v2', () => {
    const env = loadWorkerEnv({
      ...required,
      PROCTOR_KUBE_CONFIG: 'out-of-cluster',
      KUBECONFIG: '/etc/kube',
      PROCTOR_KUBE_CONTEXT: 'prod',
      PROCTOR_DEFAULT_NAMESPACE: 'procs',
      PROCTOR_KUBE_JOB_ACTIVE_DEADLINE_SECONDS: '60',
      PROCTOR_KUBE_JOB_RETRIES: '3',
      PROCTOR_KUBE_SERVICE_ACCOUNT_NAME: 'runner',
      PROCTOR_JOB_POD_ANNOTATIONS: '{"team":"data"}',
      PROCTOR_KUBE_POD_LIST_WAIT_TIME: '10',
      PROCTOR_KUBE_LOG_PROCESS_WAIT_TIME: '20',
      PROCTOR_KUBE_WAIT_FOR_RESOURCE_POLL_COUNT: '2',
      PROCTOR_HEALTH_PORT: '8081',
    });
    expect(env).toMatchObject({
      kubernetes: {
        cluster: { mode: 'out-of-cluster', kubeconfigPath: '/etc/kube', context: 'prod' },
        namespace: 'procs',
      },
      job: { timeoutSeconds: 60, retries: 3, serviceAccountName: 'runner', podAnnotations: { team: 'data' } },
      startLimits: { startMs: 20_000, imageMs: 10_000, queueMs: 86_400_000 },
      health: { host: '0.0.0.0', port: 8081 },
    });
  });

  it.each([
    ['PROCTOR_SECRET_KEY', 'short'],
    ['PROCTOR_KUBE_CONFIG', 'in-cluster-please'],
    ['PROCTOR_DEFAULT_NAMESPACE', 'No Namespace'],
    ['PROCTOR_JOB_POD_ANNOTATIONS', '{"a":1}'],
    ['PROCTOR_JOB_POD_ANNOTATIONS', '{"a b":"1"}'],
    ['PROCTOR_POD_SECURITY', 'privileged'],
    ['PROCTOR_JOB_RUN_AS_USER', '0'],
    ['PROCTOR_JOB_RUN_AS_GROUP', 'nobody'],
    ['PROCTOR_JOB_FS_GROUP', '-1'],
    ['PROCTOR_KUBE_SERVICE_ACCOUNT_NAME', 'Run ner'],
    ['PROCTOR_KUBE_JOB_RETRIES', '-1'],
    ['PROCTOR_LOG_LIMIT_BYTES', '10'],
    ['PROCTOR_WORKER_CONCURRENCY', '0'],
    ['PROCTOR_REDIS_ADDRESS', 'redis'],
    ['PROCTOR_HEALTH_PORT', '70000'],
  ])('refuses %s=%s', (variable, value) => {
    expect(wrongVariables(() => loadWorkerEnv({ ...required, [variable]: value }))).toEqual([variable]);
  });
});
