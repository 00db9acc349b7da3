import type { RouteName } from '@app/contract';
import type { Random } from '../random.js';
import type { Targets } from './targets.js';

/** A request that its route would accept from somebody with the rights for it. */
export interface Sample {
  params?: Record<string, string>;
  query?: Record<string, string>;
  body?: unknown;
}

/** The choices of one request. */
export interface Draw {
  random: Random;
  targets: Targets;
  /** The caller's; a wrong one of a stranger. */
  token: string;
}

export const SERVICE_ACCOUNT = 'ci@example.com';
const FRESH = 1_000_000;
const fresh = ({ random }: Draw, prefix: string) => `${prefix}-${random.integer(1, FRESH)}`;
const GONE = '1000000000000000';
const some = ({ random, targets }: Draw, kind: keyof Targets) =>
  targets[kind].length > 0 ? random.pick(targets[kind]) : GONE;
const proc = (draw: Draw) => some(draw, 'procs');
const email = (draw: Draw) => some(draw, 'emails');
const group = (draw: Draw) => some(draw, 'groups');
const someToken = (draw: Draw) =>
  draw.targets.tokens.length > 0 ? draw.random.pick(draw.targets.tokens) : crypto.randomUUID();

/** One of a few, so that they are made, found and removed often. */
const madeProc = ({ random }: Draw) => `made-proc-${random.integer(1, 5)}`;
const workload = ({ random }: Draw) => `made-workload-${random.integer(1, 5)}`;

const ofProc = (draw: Draw): Sample => ({ params: { name: proc(draw) } });
const ofExecution = (draw: Draw): Sample => ({ params: { id: some(draw, 'executions') } });
const ofSchedule = (draw: Draw): Sample => ({ params: { id: some(draw, 'schedules') } });
const ofUser = (draw: Draw): Sample => ({ params: { email: email(draw) } });
const ofMember = (draw: Draw): Sample => ({ params: { name: group(draw), email: email(draw) } });
const ofTemplate = (draw: Draw): Sample => ({ params: { name: some(draw, 'templates') } });
const plain = (): Sample => ({});
const signIn = (draw: Draw): Sample => ({
  body: { device_code: fresh(draw, 'code'), refresh_token: fresh(draw, 'token') },
});

const metadata = (draw: Draw) => [
  {
    name: draw.random.chance(0.5) ? proc(draw) : madeProc(draw),
    description: 'made by a request',
    image_name: 'proctor/run-script:1',
    authorized_groups: draw.random.chance(0.5) ? [group(draw)] : [],
    env_vars: {
      args: [
        { name: 'A' },
        { name: 'N', type: 'number', min: 1, max: 9 },
        { name: 'HIDDEN', type: 'secret' },
      ],
      secrets: [{ name: 'KEY' }],
    },
    timeout_seconds: 60,
  },
];

const page = ({ random }: Draw): Record<string, string> =>
  random.chance(0.5) ? { limit: String(random.integer(1, 100)) } : {};

/** A new route does not compile without its sample. */
export const SAMPLES: Record<RouteName, (draw: Draw) => Sample> = {
  submitExecution: (draw) => ({ body: { name: proc(draw), args: { A: fresh(draw, 'a') } } }),
  listExecutions: (draw) => ({
    query: {
      ...page(draw),
      ...(draw.random.chance(0.3) && { name: proc(draw) }),
      ...(draw.random.chance(0.3) && { user: email(draw) }),
    },
  }),
  getExecutionStatus: ofExecution,
  watchExecutions: plain,
  streamExecutionLogs: (draw) => ({ query: { context_id: some(draw, 'executions') } }),
  getExecution: ofExecution,
  readExecutionLog: (draw) => ({
    ...ofExecution(draw),
    query: { ...(draw.random.chance(0.3) && { follow: 'true' }) },
  }),
  readLogLines: (draw) => ({
    ...ofExecution(draw),
    query: draw.random.pick<Record<string, string>>([{}, { from: '1' }, { to: '9', lines: '3' }]),
  }),
  searchLog: (draw) => ({ ...ofExecution(draw), query: { q: fresh(draw, 'line') } }),
  cancelExecution: ofExecution,
  rerunExecution: ofExecution,
  listProcs: plain,
  registerProcs: (draw) => ({ body: metadata(draw) }),
  checkProcs: (draw) => ({ body: metadata(draw) }),
  getProc: ofProc,
  listProcRevisions: ofProc,
  getProcRevision: (draw) => ({ params: { ...ofProc(draw).params, n: draw.random.pick(['1', '2']) } }),
  // The others are needed to the end.
  removeProc: (draw) => ({ params: { name: madeProc(draw) } }),
  listPodTemplates: plain,
  applyPodTemplate: (draw) => ({
    ...ofTemplate(draw),
    body: { spec: { nodeSelector: { disk: fresh(draw, 'ssd') } } },
  }),
  getPodTemplate: ofTemplate,
  removePodTemplate: ofTemplate,
  setSecrets: (draw) => ({ body: { job_name: proc(draw), secrets: { KEY: fresh(draw, 'a long secret') } } }),
  listSecrets: ofProc,
  removeSecret: (draw) => ({ params: { name: proc(draw), secret: 'KEY' } }),
  createSchedule: (draw) => ({
    body: {
      jobName: proc(draw),
      args: { A: fresh(draw, 'a') },
      tags: 'fuzz',
      cron: '0 0 1 1 *',
      notificationEmails: 'a@example.com',
      group: 'g',
    },
  }),
  listSchedules: (draw) => ({ query: { ...page(draw), ...(draw.random.chance(0.5) && { all: 'true' }) } }),
  getSchedule: ofSchedule,
  updateSchedule: (draw) => ({
    ...ofSchedule(draw),
    body: draw.random.pick<object>([
      { enabled: false },
      { enabled: true },
      { tags: 'changed', group: 'changed' },
      { notificationEmails: 'thief@example.com' },
      { cron: '0 1 1 1 *' },
      { args: { A: fresh(draw, 'b') } },
    ]),
  }),
  getScheduleNext: ofSchedule,
  getScheduleHistory: ofSchedule,
  removeSchedule: ofSchedule,
  listNotifications: (draw) => ({ query: page(draw) }),
  resendNotification: (draw) => ({ params: { id: some(draw, 'notifications') } }),
  getNotifyPreference: plain,
  setNotifyPreference: (draw) => ({ body: { notify_on: draw.random.chance(0.5) ? ['failure'] : [] } }),
  whoAmI: plain,
  listUsers: (draw) => ({ query: page(draw) }),
  createUser: (draw) => ({ body: { email: `${fresh(draw, 'made')}@example.com`, groups: ['made'] } }),
  getUser: ofUser,
  updateUser: (draw) => ({ ...ofUser(draw), body: { name: fresh(draw, 'name'), groups: ['made'] } }),
  removeUser: ofUser,
  listGroups: (draw) => ({ query: page(draw) }),
  createGroup: (draw) => ({ body: { name: fresh(draw, 'made') } }),
  removeGroup: (draw) => ({ params: { name: group(draw) } }),
  addMember: ofMember,
  removeMember: ofMember,
  listTokens: (draw) => ({
    query: draw.random.pick<Record<string, string>>([{}, { all: 'true' }, { email: email(draw) }]),
  }),
  createToken: (draw) => ({
    body: {
      label: fresh(draw, 'made'),
      expires_in_seconds: 60,
      ...(draw.random.chance(0.3) && { email: email(draw) }),
    },
  }),
  revokeToken: (draw) => ({ params: { id: someToken(draw) } }),
  listWorkloads: plain,
  createWorkload: (draw) => ({
    body: {
      ...{ name: workload(draw), issuer: 'https://issuer.invalid', audience: 'proctor' },
      ...{ subject: `repo:acme/${fresh(draw, 'app')}`, account: SERVICE_ACCOUNT },
    },
  }),
  getWorkload: (draw) => ({ params: { name: workload(draw) } }),
  removeWorkload: (draw) => ({ params: { name: workload(draw) } }),
  listAudit: (draw) => ({ query: page(draw) }),
  exportAudit: (draw) => ({ query: { action: draw.random.pick(['createToken', 'setSecrets']) } }),
  verifyAudit: ({ random }) => ({
    query: random.pick<Record<string, string>>([{ head: `7:${'ab'.repeat(32)}` }, { cursor: 'row:' }]),
  }),
  checkSecretKey: ({ random }) => ({
    query: random.pick<Record<string, string>>([{}, { cursor: 'secret:A b' }, { cursor: 'execution:7' }]),
  }),
  rotateSecretKey: ({ random }) => ({
    query: random.pick<Record<string, string>>([{}, { cursor: 'schedule:7' }, { key_id: '0123abcd' }]),
  }),
  getSignIn: plain,
  startSignIn: plain,
  pollSignIn: signIn,
  refreshSignIn: signIn,
  createSession: ({ token }) => ({ body: { token } }),
  listSessions: plain,
  endOwnSession: plain,
  endSession: () => ({ params: { id: crypto.randomUUID() } }),
  ping: plain,
  healthLive: plain,
  healthReady: plain,
  metrics: plain,
  openApi: plain,
  swagger: plain,
  home: plain,
  docs: plain,
  docsAsset: () => ({ params: { file: 'index.css' } }),
  consoleHome: plain,
  consoleAsset: (draw) => ({ params: { file: some(draw, 'assets') } }),
  consolePage: () => ({ params: { page: 'procs' } }),
  consoleItem: (draw) => ({ params: { page: 'procs', id: proc(draw) } }),
  consoleTab: (draw) => ({ params: { page: 'procs', id: proc(draw), tab: 'run' } }),
};
