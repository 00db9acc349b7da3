import { SCRIPT_PROC } from './api-client.js';
import { TestBrowser } from './browser.js';
import { startService } from './service-process.js';
import { startSystem, type System } from './system.js';

/** Would do harm if it were shown as anything but text. */
export const HOSTILE = '<img src=x onerror="document.title=1"> <script>document.title=2</script>';

/** A proc with an arg of every type. */
const TYPED_PROC = {
  name: 'deploy-service',
  description: `Deploys a service. ${HOSTILE}`,
  image_name: `proctor/${SCRIPT_PROC}:1`,
  author: 'Ada <ada@example.com>',
  env_vars: {
    args: [
      { name: 'SCRIPT', description: 'What it does', required: true, example: 'echo hello' },
      { name: 'REPLICAS', description: 'How many', type: 'number', min: 1, max: 9, default: 2 },
      { name: 'STAGE', description: 'Where to', type: 'enum', options: ['staging', 'production'] },
      { name: 'DRY_RUN', description: 'Only say what would be done', type: 'boolean' },
      { name: 'KEY', description: 'To sign in there', type: 'secret' },
    ],
    secrets: [],
  },
};

/** A system with procs, executions and a schedule, and a browser. */
export interface ConsoleWorld {
  system: System;
  browser: TestBrowser;
  /** Of executions that have ended. */
  ids: { finished: number; failed: number; hostile: number };
  scheduleId: number;
  killGateway(): Promise<void>;
  /** On the same port. */
  startGateway(): Promise<void>;
  stop(): Promise<void>;
}

/** Lines enough that the last ones are not on the first screen. */
export const FAILED_LINES = 400;

const FAILING = `i=1; while [ $i -le ${FAILED_LINES} ]; do echo "step $i"; i=$((i+1)); done; echo "it broke"; exit 3`;
const HOSTILE_SCRIPT = `printf '%s\\n' '${HOSTILE}'; printf 'a\\033[2J\\033]0;title\\007b \\342\\200\\256drow\\n'; printf '\\033[31mred\\033[0m 10%%\\r99%%\\n'`;

export async function startConsoleWorld(): Promise<ConsoleWorld> {
  const system = await startSystem();
  const { api } = system;
  await expectStatus(api.request('POST', '/metadata', [TYPED_PROC]), 201);
  const [finished, failed, hostile] = [
    await api.run('echo hello; sleep 0.2; echo world'),
    await api.run(FAILING),
    await api.run(HOSTILE_SCRIPT),
  ];
  const schedule = await expectStatus(
    api.request('POST', '/schedule', {
      jobName: SCRIPT_PROC,
      args: { SCRIPT: 'true' },
      tags: 'nightly',
      cron: '0 3 * * *',
      timeZone: 'Asia/Kathmandu',
      notificationEmails: 'ada@example.com',
      group: 'ops',
    }),
    201,
  );
  const { id: scheduleId } = (await schedule.json()) as { id: number };
  await Promise.all([finished, failed, hostile].map(({ id }) => api.end(id)));
  const browser = await TestBrowser.start(system.gatewayUrl).catch(async (error: unknown) => {
    await system.stop();
    throw error;
  });
  return {
    system,
    browser,
    ids: { finished: finished.id, failed: failed.id, hostile: hostile.id },
    scheduleId,
    killGateway: async () => {
      const gateways = system.services.filter(({ name }) => name === 'gateway');
      for (const gateway of gateways) gateway.kill('SIGKILL');
      await Promise.all(gateways.map(({ exited }) => exited));
    },
    startGateway: async () => {
      system.services.push(await startService('gateway', 'apps/gateway/src/main.js', system.env));
      await api.waitUntilReady();
    },
    stop: async () => {
      await browser.close();
      await system.stop();
    },
  };
}

async function expectStatus(answer: Promise<Response>, status: number): Promise<Response> {
  const response = await answer;
  if (response.status !== status)
    throw new Error(`${response.url}: ${response.status} ${await response.text()}`);
  return response;
}
