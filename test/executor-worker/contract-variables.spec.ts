import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Database } from '@app/database';
import { BatchV1Api, KubeConfig } from '@kubernetes/client-node';
import { Redis } from 'ioredis';
import { loadKubeConfig } from '../../libs/runner/src/kubernetes/kube-config.js';
import { SCRIPT_PROC, until } from '../support/api-client.js';
import { startTestGateway } from '../support/gateway.js';
import {
  createDatabase,
  freePort,
  postgresEnv,
  startOwnRedis,
  tempDir,
  testRedisAddress,
} from '../support/servers.js';
import { startService } from '../support/service-process.js';
import { startSystem, type System } from '../support/system.js';

/** The test that proves a variable's effect: its file and its exact title. */
type Shown = [spec: string, title: string];

const HERE = 'test/executor-worker/contract-variables.spec.ts';
const WORKER_ENV: Shown = ['apps/executor-worker/src/env.spec.ts', 'reads the variables of v2'];
const UNSCHEDULABLE: Shown = [HERE, 'limit the wait for an unschedulable pod'];
const BASICS: Shown = [HERE, 'set its port, database and log level; PROCTOR_DOCS_PATH is ignored'];
const REDIS: Shown = [HERE, 'connect to Redis; a wrong password is reported, not shown'];
const CONNECTIONS: Shown = [HERE, 'limit the connections of each process'];
const ADMINS: Shown = [HERE, 'define who is an admin: %s'];
const JOB: Shown = [HERE, 'apply to every Job'];
const MAIL: Shown[] = [
  ['apps/notifier/src/env.spec.ts', 'mail with %j'],
  ['test/notifier/notifier.spec.ts', 'goes once to each address of the schedule, with the right headers'],
];
const NEW_RELIC: Shown = [
  'test/platform/telemetry.spec.ts',
  'sends them as protobuf, with the app name and the license key of New Relic',
];
const PLUGINS: Shown = [
  'test/notifier/channels.spec.ts',
  'receives each execution in the format of v2, and again if it throws or hangs',
];

/** Every variable of v2's contract. */
const VARIABLES: Record<string, Shown[]> = {
  PROCTOR_APP_PORT: [BASICS],
  PROCTOR_LOG_LEVEL: [BASICS],
  PROCTOR_REDIS_ADDRESS: [REDIS],
  PROCTOR_REDIS_PASSWORD: [REDIS],
  PROCTOR_REDIS_MAX_ACTIVE_CONNECTIONS: [
    CONNECTIONS,
    [HERE, 'include a limit on Redis connections that is too low for %s'],
  ],
  PROCTOR_LOGS_STREAM_READ_BUFFER_SIZE: [
    ['test/gateway/streams.spec.ts', 'closes when a client sends a message over the limit'],
  ],
  PROCTOR_LOGS_STREAM_WRITE_BUFFER_SIZE: [
    [
      'test/gateway/streams.spec.ts',
      'buffers little for a stalled reader, disconnects it, and does not delay others',
    ],
  ],
  PROCTOR_KUBE_CONFIG: [JOB, [HERE, 'make a worker outside a cluster name the variable to set']],
  PROCTOR_KUBE_CONTEXT: [[HERE, 'selects the cluster; "default" is the current context']],
  PROCTOR_KUBE_JOB_ACTIVE_DEADLINE_SECONDS: [JOB],
  PROCTOR_KUBE_JOB_RETRIES: [JOB],
  PROCTOR_KUBE_SERVICE_ACCOUNT_NAME: [JOB],
  PROCTOR_DEFAULT_NAMESPACE: [JOB],
  PROCTOR_JOB_POD_ANNOTATIONS: [JOB],
  PROCTOR_KUBE_POD_LIST_WAIT_TIME: [[HERE, 'limit how long a pod may take to start']],
  PROCTOR_KUBE_LOG_PROCESS_WAIT_TIME: [WORKER_ENV, UNSCHEDULABLE],
  PROCTOR_KUBE_WAIT_FOR_RESOURCE_POLL_COUNT: [
    WORKER_ENV,
    UNSCHEDULABLE,
    ['apps/executor-worker/src/assess-run.spec.ts', 'gives up on %s'],
  ],
  PROCTOR_POSTGRES_USER: [BASICS],
  PROCTOR_POSTGRES_PASSWORD: [BASICS],
  PROCTOR_POSTGRES_HOST: [BASICS],
  PROCTOR_POSTGRES_PORT: [BASICS],
  PROCTOR_POSTGRES_DATABASE: [BASICS],
  PROCTOR_POSTGRES_MAX_CONNECTIONS: [CONNECTIONS],
  PROCTOR_POSTGRES_CONNECTIONS_MAX_LIFETIME: [
    [HERE, 'limits the age of a connection'],
    ['libs/platform/src/env-vars.spec.ts', 'gives the lifetime of Postgres connections in seconds'],
  ],
  PROCTOR_NEW_RELIC_APP_NAME: [NEW_RELIC],
  PROCTOR_NEW_RELIC_LICENCE_KEY: [NEW_RELIC],
  PROCTOR_MIN_CLIENT_VERSION: [['test/gateway/v2-wire.spec.ts', '%s %s: the text for an outdated client']],
  PROCTOR_SCHEDULED_JOBS_FETCH_INTERVAL_IN_MINS: [
    [
      'test/scheduler/schedules-firing.spec.ts',
      'corrects the next tick of an older version, a changed time zone or a changed table',
    ],
  ],
  PROCTOR_MAIL_USERNAME: MAIL,
  PROCTOR_MAIL_PASSWORD: MAIL,
  PROCTOR_MAIL_SERVER_HOST: MAIL,
  PROCTOR_MAIL_SERVER_PORT: MAIL,
  PROCTOR_AUTH_ENABLED: [
    [
      'test/gateway/outages.spec.ts',
      'treats every client as an admin while authentication is off, and warns',
    ],
  ],
  PROCTOR_AUTH_PLUGIN_BINARY: [
    ['test/gateway/auth-plugins.spec.ts', 'accepts the server’s users, with their groups'],
  ],
  PROCTOR_AUTH_PLUGIN_EXPORTED: [
    ['test/gateway/auth-plugins.spec.ts', 'stops the start with the reason: it %s'],
  ],
  PROCTOR_REQUIRED_ADMIN_GROUP: [ADMINS],
  PROCTOR_AUTH_REQUIRED_ADMIN_GROUP: [ADMINS],
  PROCTOR_NOTIFICATION_PLUGIN_BINARY: [PLUGINS],
  PROCTOR_NOTIFICATION_PLUGIN_EXPORTED: [PLUGINS],
  PROCTOR_DOCS_PATH: [BASICS],
};

const root = join(import.meta.dirname, '..', '..');

describe('every variable of the contract', () => {
  const shown = Object.entries(VARIABLES).flatMap(([variable, tests]) =>
    tests.map((test) => [variable, ...test] as const),
  );

  it.each(shown)('%s has a test in %s: %s', (_variable, spec, title) => {
    const source = readFileSync(join(root, spec), 'utf8');
    const titles = [...source.matchAll(/\b(?:it|describe)(?:\.each[^]*?\)\(|\()\s*(['"`])(.+?)\1,/g)];
    expect(titles.map(([, , text]) => text)).toContain(title);
  });
});

async function databaseEnv(options: Parameters<typeof createDatabase>[0] = {}) {
  const database = await createDatabase(options);
  return {
    database,
    env: {
      ...postgresEnv(database.url),
      PROCTOR_REDIS_ADDRESS: testRedisAddress(),
      PROCTOR_SECRET_KEY: 'ab'.repeat(32),
      PROCTOR_APP_HOST: '127.0.0.1',
    },
  };
}

describe('a database that is not migrated', () => {
  const NOT_MIGRATED = /The database is not migrated: \w+ is missing\. Run `npm run db:migrate`\./g;

  it.each(['gateway', 'executor-worker', 'scheduler', 'notifier'])(
    'makes %s wait and name the command, once and without a stack trace',
    async (name) => {
      const { database, env } = await databaseEnv({ migrated: false });
      const service = await startService(name, `apps/${name}/src/main.js`, {
        ...env,
        PROCTOR_APP_PORT: String(await freePort()),
        PROCTOR_KUBE_CONFIG: 'out-of-cluster',
      });
      try {
        await service.waitForOutput(NOT_MIGRATED);
        await sleep(1_500);
        expect(service.output().match(NOT_MIGRATED)).toHaveLength(1);
        expect(service.output()).not.toMatch(/\n? {4}at |\\n {4}at |prisma/i);
      } finally {
        expect(await service.stop()).toBe(0);
        await database.drop();
      }
    },
    60_000,
  );

  it('makes create-admin fail with the command', async () => {
    const { database, env } = await databaseEnv({ migrated: false });
    const program = await startService('create-admin', 'apps/gateway/src/create-admin.js', env);
    expect(await program.exited).toMatchObject({ code: 1 });
    expect(program.output()).toMatch(
      /^create-admin: The database is not migrated: .* `npm run db:migrate`\.$/,
    );
    await database.drop();
  }, 60_000);
});

describe('the variables of the gateway', () => {
  it('set its port, database and log level; PROCTOR_DOCS_PATH is ignored', async () => {
    const { database, env } = await databaseEnv();
    for (const [level, isTold] of [
      ['info', true],
      ['panic', false],
    ] as const) {
      const port = await freePort();
      const service = await startService('gateway', 'apps/gateway/src/main.js', {
        ...env,
        PROCTOR_APP_PORT: String(port),
        PROCTOR_LOG_LEVEL: level,
        PROCTOR_DOCS_PATH: '/nowhere/docs',
      });
      try {
        const ready = async () =>
          (await fetch(`http://127.0.0.1:${port}/health/ready`).catch(() => null))?.status;
        await until(async () => (await ready()) === 200, 45_000);
        expect((await fetch(`http://127.0.0.1:${port}/docs`)).status).toBe(200);
        expect(/listening/.test(service.output())).toBe(isTold);
      } finally {
        await service.stop();
      }
    }
    await database.drop();
  }, 120_000);

  it('connect to Redis; a wrong password is reported, not shown', async () => {
    const password = 'pass word, quoted';
    const redis = await startOwnRedis({ password });
    try {
      for (const [given, status] of [
        [password, 'ok'],
        ['of somebody else', 'failing'],
      ] as const) {
        const gateway = await startTestGateway({
          redisAddress: redis.address,
          env: { PROCTOR_REDIS_PASSWORD: given },
        });
        const health = await gateway.call(null, 'GET', '/health/ready');
        await gateway.remove();
        expect(health.json()).toMatchObject({ checks: { redis: { status } } });
        expect(health.text + gateway.log()).not.toContain(given);
      }
    } finally {
      await redis.remove();
    }
  }, 60_000);

  it.each([
    ['PROCTOR_REQUIRED_ADMIN_GROUP', 'admins,seniors'],
    ['PROCTOR_AUTH_REQUIRED_ADMIN_GROUP', ' admins , seniors '],
  ])(
    'define who is an admin: %s',
    async (variable, groups) => {
      const gateway = await startTestGateway({ env: { [variable]: groups } });
      const isAdmin = async (name: string, own: string[]) => {
        const answer = await gateway.call(await gateway.createUser(name, own), 'GET', '/user');
        return answer.status === 200;
      };
      expect(await isAdmin('both', ['admins', 'seniors'])).toBe(true);
      expect(await isAdmin('one', ['admins'])).toBe(false);
      // The default group no longer makes an admin.
      expect(await gateway.call(gateway.admin, 'GET', '/user')).toMatchObject({ status: 403 });
      await gateway.remove();
    },
    30_000,
  );
});

describe('PROCTOR_POSTGRES_CONNECTIONS_MAX_LIFETIME', () => {
  it('limits the age of a connection', async () => {
    const { database, env } = await databaseEnv();
    const pool = new Database({
      host: env.PROCTOR_POSTGRES_HOST,
      port: Number(env.PROCTOR_POSTGRES_PORT),
      user: env.PROCTOR_POSTGRES_USER,
      password: env.PROCTOR_POSTGRES_PASSWORD,
      database: env.PROCTOR_POSTGRES_DATABASE,
      maxConnections: 1,
      maxLifetimeSeconds: 3,
    });
    const backend = () => pool.client.$queryRaw`select pg_backend_pid() as pid`;
    const first = await backend();
    expect(await backend()).toEqual(first);
    await new Promise((resolve) => setTimeout(resolve, 3_500));
    expect(await backend()).not.toEqual(first);
    await pool.close();
    await database.drop();
  }, 20_000);
});

describe('PROCTOR_KUBE_CONTEXT', () => {
  const dir = tempDir();
  afterAll(() => dir.remove());

  it('selects the cluster; "default" is the current context', () => {
    const kubeConfig = new KubeConfig();
    kubeConfig.loadFromOptions({
      clusters: ['one', 'two'].map((name) => ({ name, server: `https://${name}.example` })),
      users: [{ name: 'u' }],
      contexts: ['one', 'two'].map((name) => ({ name, cluster: name, user: 'u' })),
      currentContext: 'one',
    });
    const kubeconfigPath = join(dir.path, 'kubeconfig');
    writeFileSync(kubeconfigPath, kubeConfig.exportConfig());
    const serverOf = (context: string) =>
      loadKubeConfig({ mode: 'out-of-cluster', kubeconfigPath, context }).getCurrentCluster()?.server;
    expect(serverOf('default')).toBe('https://one.example');
    expect(serverOf('two')).toBe('https://two.example');
    expect(() => serverOf('three')).toThrow(/no context "three"\. It has: one, two/);
  });
});

/** The lowest limit that is accepted. */
const LOWEST_REDIS_LIMIT = 8;

/** Long enough for a container to start even if the machine stalls for a moment. */
const START_WAIT_SECONDS = 8;

describe('the variables of the worker', () => {
  let system: System;
  beforeAll(async () => {
    system = await startSystem({
      notifier: true,
      sandbox: { namespaces: ['procs'] },
      env: {
        PROCTOR_DEFAULT_NAMESPACE: 'procs',
        PROCTOR_KUBE_CONTEXT: 'default',
        PROCTOR_KUBE_JOB_ACTIVE_DEADLINE_SECONDS: '77',
        PROCTOR_KUBE_JOB_RETRIES: '2',
        PROCTOR_KUBE_SERVICE_ACCOUNT_NAME: 'runner',
        PROCTOR_JOB_POD_ANNOTATIONS: '{"team":"data","note":"a, \\"b\\""}',
        PROCTOR_KUBE_POD_LIST_WAIT_TIME: String(START_WAIT_SECONDS),
        PROCTOR_KUBE_WAIT_FOR_RESOURCE_POLL_COUNT: '1',
        PROCTOR_POSTGRES_MAX_CONNECTIONS: '2',
        PROCTOR_REDIS_MAX_ACTIVE_CONNECTIONS: String(LOWEST_REDIS_LIMIT),
      },
    });
  }, 60_000);
  afterAll(() => system?.stop(), 60_000);

  it('apply to every Job', async () => {
    const { id, name } = await system.api.run('true');
    await system.api.end(id);
    const kubeConfig = new KubeConfig();
    kubeConfig.loadFromFile(system.sandbox.kubeconfigPath);
    const job = await kubeConfig.makeApiClient(BatchV1Api).readNamespacedJob({ name, namespace: 'procs' });
    const annotations = { team: 'data', note: 'a, "b"' };
    expect(job).toMatchObject({
      metadata: { namespace: 'procs', annotations },
      spec: {
        backoffLimit: 2,
        template: {
          metadata: { annotations },
          spec: { activeDeadlineSeconds: 77, serviceAccountName: 'runner' },
        },
      },
    });
  }, 30_000);

  it('limit how long a pod may take to start', async () => {
    await system.api.registerScriptProc({ image_name: 'proctor/not-there:1' }, 'no-image');
    const startedAt = performance.now();
    const { id } = await system.api.run('true', 'no-image');
    expect(await system.api.end(id)).toMatchObject({ status: 'POD_CREATION_FAILED' });
    // The default is a minute.
    expect(performance.now() - startedAt).toBeLessThan(START_WAIT_SECONDS * 1_000 + 20_000);
  }, 60_000);

  it('limit the wait for an unschedulable pod', async () => {
    await Promise.all(system.workers.map((worker) => worker.stop()));
    for (const worker of system.workers) system.services.splice(system.services.indexOf(worker), 1);
    const { faults } = system.sandbox;
    faults.holdPods();
    try {
      // With the defaults it would wait for five minutes.
      await system.startWorker({
        PROCTOR_KUBE_POD_LIST_WAIT_TIME: '',
        PROCTOR_KUBE_LOG_PROCESS_WAIT_TIME: '1',
        PROCTOR_KUBE_WAIT_FOR_RESOURCE_POLL_COUNT: '2',
      });
      const { id } = await system.api.run('true');
      expect(await system.api.end(id)).toMatchObject({ status: 'POD_CREATION_FAILED' });
      const details = await system.api.request('GET', `/execution/${id}`);
      expect(await details.text()).toMatch(/Unschedulable[^"]* \(after 2 s\)/);
    } finally {
      faults.releasePods();
    }
  }, 60_000);

  it('limit the connections of each process', async () => {
    const redis = new Redis(system.redis.port, '127.0.0.1');
    // Without the connection of this test.
    const countRedis = async () =>
      String(await redis.client('LIST'))
        .trim()
        .split('\n').length - 1;
    const countPostgres = async () => {
      const [row] = await system.query<{ n: number }>(
        `select count(*)::int as n from pg_stat_activity where datname = current_database() and application_name = 'proctor'`,
      );
      return row?.n ?? 0;
    };
    const requests = Promise.all(
      Array.from({ length: 60 }, (_, index) =>
        index % 3 === 0
          ? system.api.request('POST', '/execution', { name: SCRIPT_PROC, args: { SCRIPT: 'true' } })
          : system.api.request('GET', '/execution'),
      ),
    );
    const counts: [postgres: number, redis: number][] = [];
    for (let looks = 0; looks < 20; looks++) counts.push([await countPostgres(), await countRedis()]);
    expect((await requests).every(({ status }) => status < 300)).toBe(true);
    // Gateway, worker, scheduler, notifier.
    expect(Math.max(...counts.map(([postgres]) => postgres))).toBeLessThanOrEqual(4 * 2);
    expect(Math.max(...counts.map(([, redis]) => redis))).toBeLessThanOrEqual(4 * LOWEST_REDIS_LIMIT);
    const countOf = new Map<string, number>();
    for (const service of system.services.splice(0).reverse()) {
      const before = await countRedis();
      await service.stop();
      await until(async () => (await countRedis()) < before, 5_000);
      countOf.set(service.name, before - (await countRedis()));
    }
    expect(await countRedis()).toBe(0);
    expect([...countOf.keys()].sort()).toEqual(['executor-worker', 'gateway', 'notifier', 'scheduler']);
    for (const count of countOf.values()) expect(count).toBeLessThanOrEqual(LOWEST_REDIS_LIMIT);
    process.stdout.write(`connections to Redis: ${JSON.stringify(Object.fromEntries(countOf))}\n`);
    redis.disconnect();
  }, 60_000);
});

describe('invalid values', () => {
  const secret = 'hunter2-hunter2';
  const wrong = {
    gateway: {
      PROCTOR_APP_PORT: '99999',
      PROCTOR_LOG_LEVEL: 'loud',
      PROCTOR_REDIS_ADDRESS: `redis://me:${secret}@host`,
      PROCTOR_REDIS_MAX_ACTIVE_CONNECTIONS: 'many',
      PROCTOR_LOGS_STREAM_READ_BUFFER_SIZE: '-1',
      PROCTOR_LOGS_STREAM_WRITE_BUFFER_SIZE: '1.5',
      PROCTOR_POSTGRES_PORT: 'x',
      PROCTOR_POSTGRES_MAX_CONNECTIONS: '0',
      PROCTOR_POSTGRES_CONNECTIONS_MAX_LIFETIME: 'long',
      PROCTOR_MIN_CLIENT_VERSION: 'new',
      PROCTOR_AUTH_ENABLED: 'maybe',
      PROCTOR_AUTH_PLUGIN_BINARY: '/plugins/gate.so',
      PROCTOR_SECRET_KEY: secret,
    },
    'executor-worker': {
      PROCTOR_LOG_LEVEL: 'loud',
      PROCTOR_REDIS_ADDRESS: `redis://me:${secret}@host`,
      PROCTOR_POSTGRES_PORT: '0',
      PROCTOR_KUBE_CONFIG: 'somewhere',
      PROCTOR_KUBE_JOB_ACTIVE_DEADLINE_SECONDS: '0',
      PROCTOR_KUBE_JOB_RETRIES: 'x',
      PROCTOR_KUBE_SERVICE_ACCOUNT_NAME: 'No Name',
      PROCTOR_DEFAULT_NAMESPACE: 'Not_One',
      PROCTOR_JOB_POD_ANNOTATIONS: '[]',
      PROCTOR_KUBE_POD_LIST_WAIT_TIME: '0',
      PROCTOR_KUBE_LOG_PROCESS_WAIT_TIME: 'x',
      PROCTOR_KUBE_WAIT_FOR_RESOURCE_POLL_COUNT: '0',
      PROCTOR_SECRET_KEY: secret,
    },
  };
  // Not set at all.
  const missing = ['PROCTOR_POSTGRES_USER', 'PROCTOR_POSTGRES_HOST', 'PROCTOR_POSTGRES_DATABASE'];

  it.each(Object.entries(wrong))(
    'make %s report all of them, one per line, and exit with 1',
    async (name, env) => {
      const service = await startService(name, `apps/${name}/src/main.js`, env);
      expect(await service.exited).toMatchObject({ code: 1 });
      const variables = [...Object.keys(env), ...missing].sort();
      const told = [...service.output().matchAll(/^ {2}([A-Z_]+): expected .+, but it is .+$/gm)];
      expect(told.map(([, variable]) => variable).sort()).toEqual(variables);
      expect(service.output()).toContain(`${variables.length} problems in the configuration`);
      expect(service.output()).not.toContain(secret);
    },
    30_000,
  );

  it.each(['gateway', 'executor-worker', 'scheduler', 'notifier'])(
    'include a limit on Redis connections that is too low for %s',
    async (name) => {
      const service = await startService(name, `apps/${name}/src/main.js`, {
        PROCTOR_REDIS_MAX_ACTIVE_CONNECTIONS: String(LOWEST_REDIS_LIMIT - 1),
      });
      expect(await service.exited).toMatchObject({ code: 1 });
      expect(service.output()).toMatch(
        /PROCTOR_REDIS_MAX_ACTIVE_CONNECTIONS: expected a whole number from 8 .*\(a process may open 8\), but it is/,
      );
    },
    30_000,
  );

  it('make a worker outside a cluster name the variable to set', async () => {
    const { database, env } = await databaseEnv();
    const service = await startService('executor-worker', 'apps/executor-worker/src/main.js', env);
    expect(await service.exited).toMatchObject({ code: 1 });
    expect(service.output()).toMatch(/PROCTOR_KUBE_CONFIG=out-of-cluster/);
    await database.drop();
  }, 40_000);
});
