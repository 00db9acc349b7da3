import type { RouteName } from '@app/contract';
import { Random } from '../random.js';
import { checkAnswer, isSuccess } from './check-answer.js';
import { planIntactRequest, planRequest, ROUTE_NAMES, type PlannedRequest } from './plan-request.js';
import { FuzzClient, type FuzzAnswer } from './send-request.js';
import { addTarget, type Targets } from './targets.js';
import { CALLERS, startFuzzWorld, type Caller, type FuzzWorld } from './world.js';

export interface FuzzOptions {
  requests: number;
  seed: number;
  ownPostgres: boolean;
  onProgress?: (sent: number) => void;
}

export interface Finding {
  what: string;
  /** The request, such as `outsider POST /schedule {"jobName":…`. */
  request: string;
}

export interface FuzzReport {
  requests: number;
  seconds: number;
  /** How many answers each caller got: those of success, refusals, and others. */
  answers: Record<Caller, { succeeded: number; refused: number; failed: number }>;
  slowestMs: number;
  /** Answers that took more than `MAX_ANSWER_MS`. On a machine that is busy with other work they prove nothing. */
  slow: Finding[];
  findings: Finding[];
  /** Routes that never answered with success, though they can: the requests to them proved little. */
  untouched: RouteName[];
}

/** So many that a reader sees the kinds, and no more. */
const MAX_FINDINGS = 50;
const CONCURRENCY = 8;
const MAX_ANSWER_MS = 2_000;
/** A service process keeps that many lines of its output, or more. */
const REQUESTS_PER_LOOK = 5_000;
/** Pino's level, and what Node prints as it dies. */
const FATAL = /"level":60|uncaughtException|unhandledRejection/;
/** Without an OpenID Connect issuer there is no sign-in. The console's address without its last slash leads to the one with it. */
const NEVER_SUCCEED: readonly RouteName[] = ['startSignIn', 'pollSignIn', 'refreshSignIn', 'consoleHome'];
/** Of intact requests of the admin to every route, while one of them has not succeeded: some need what others make. */
const MAX_MORE_ROUNDS = 50;
/** The routes whose replies name something that later requests can name, and the field that does. */
const MAKES: Partial<Record<RouteName, [kind: keyof Targets, field: string]>> = {
  submitExecution: ['executions', 'id'],
  rerunExecution: ['executions', 'id'],
  createSchedule: ['schedules', 'id'],
  createToken: ['tokens', 'id'],
  createUser: ['emails', 'email'],
  createGroup: ['groups', 'name'],
};

/** Sends requests that are right, wrong and hostile, to every route by every kind of caller, to a gateway process of its own. */
export async function runFuzz(options: FuzzOptions): Promise<FuzzReport> {
  const world = await startFuzzWorld(options);
  try {
    return await attack(world, options);
  } finally {
    await world.stop();
  }
}

async function attack(world: FuzzWorld, { requests, seed, onProgress }: FuzzOptions): Promise<FuzzReport> {
  const random = new Random(seed);
  const client = new FuzzClient(world.system.gatewayUrl);
  const findings: Finding[] = [];
  const slow: Finding[] = [];
  const note = (what: string, request: string, list = findings) => {
    if (list.length < MAX_FINDINGS) list.push({ what, request });
  };
  const answers = Object.fromEntries(
    CALLERS.map((caller) => [caller, { succeeded: 0, refused: 0, failed: 0 }]),
  ) as FuzzReport['answers'];
  const touched = new Set<RouteName>();
  let slowestMs = 0;
  let sent = 0;

  const sendOne = async (request: PlannedRequest) => {
    const answer = await client.send(request);
    for (const what of checkAnswer(request, answer, world.canaries)) note(what, show(request));
    if (answer.ms > MAX_ANSWER_MS) note(`answered after ${Math.round(answer.ms)} ms`, show(request), slow);
    slowestMs = Math.max(slowestMs, answer.ms);
    answers[request.caller][kindOf(answer)] += 1;
    if (isSuccess(answer.status)) {
      touched.add(request.route);
      remember(world, request, answer);
    }
  };
  const sendMany = async () => {
    while (sent < requests) {
      sent += 1;
      onProgress?.(sent);
      await sendOne(planRequest(world, random));
      if (sent % REQUESTS_PER_LOOK === 0) lookIntoLog();
    }
  };
  const lookIntoLog = () =>
    checkLog(world).forEach((what) => note(what, `one of the first ${sent} requests`));

  const vault = await world.readVault();
  const began = performance.now();
  await Promise.all(Array.from({ length: CONCURRENCY }, sendMany));
  for (let round = 0; round < MAX_MORE_ROUNDS && findUntouched(touched).length > 0; round++) {
    for (const name of ROUTE_NAMES) await sendOne(planIntactRequest(world, random, name));
  }
  const seconds = (performance.now() - began) / 1_000;
  client.close();
  if ((await world.readVault()) !== vault)
    note('rows of people who sent nothing have changed', 'all of them');
  lookIntoLog();
  return { requests, seconds, answers, slowestMs, slow, findings, untouched: findUntouched(touched) };
}

function findUntouched(touched: ReadonlySet<RouteName>): RouteName[] {
  return ROUTE_NAMES.filter((name) => !touched.has(name) && !NEVER_SUCCEED.includes(name));
}

/** Whether the latest lines that the gateway has logged hold a fatal error, or what is hidden from everyone. */
function checkLog({ system, canaries }: FuzzWorld): string[] {
  const log = system.services.map((service) => service.output()).join('\n');
  const secrets = canaries.filter(({ hiddenFrom }) => hiddenFrom.length === CALLERS.length);
  return [
    ...(FATAL.test(log) ? ['the gateway has logged a fatal error'] : []),
    ...secrets.filter(({ word }) => log.includes(word)).map(({ word }) => `the gateway has logged ${word}`),
  ];
}

function kindOf({ status }: FuzzAnswer): 'succeeded' | 'refused' | 'failed' {
  if (status === null || status >= 500) return 'failed';
  return status < 400 ? 'succeeded' : 'refused';
}

function remember(world: FuzzWorld, { route, caller }: PlannedRequest, { text }: FuzzAnswer): void {
  const [kind, field] = MAKES[route] ?? [];
  if (kind === undefined) return;
  const name = new RegExp(`"${field}":"?([^",}]+)`).exec(text)?.[1];
  if (name === undefined) return;
  addTarget(world.targets, kind, name);
  // The admin changes only what the admin has made.
  if (caller === 'admin') addTarget(world.disposable, kind, name);
}

function show({ caller, method, path, body }: PlannedRequest): string {
  return `${caller} ${method} ${path.slice(0, 300)} ${(body?.toString('utf8') ?? '').slice(0, 300)}`.trimEnd();
}
