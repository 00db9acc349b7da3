import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '../../random.js';
import type { ScheduleRecord, Script } from '../record.js';
import { isDefinite, type Answer, type Gateways, type Identity } from './gateways.js';
import { PROCS } from './plan-request.js';
import { scriptText } from './script-text.js';

/** Divisors of a minute, so that a cron expression with seconds fires at each whole multiple since 1970. */
const EVERY_SECONDS = [1, 2, 2, 3, 5, 10];
const MAX_CATCH_UP_MS = 120_000;

/** Creates schedules of several users that fire all the time. Call it before the first fault. */
export async function startSchedules(
  gateways: Gateways,
  users: readonly Identity[],
  group: string,
  random: Random,
): Promise<ScheduleRecord[]> {
  const records: ScheduleRecord[] = [];
  for (const [i, everySeconds] of EVERY_SECONDS.entries()) {
    const user = users[users.length - 1 - (i % users.length)]!;
    const script: Script = { lines: 2, durationMs: 200 * i, exitCode: random.chance(0.25) ? 7 : 0 };
    const recipients = [`schedule-${i}@example.com`];
    const { status, body } = await gateways.request(user, 'POST', '/schedule', {
      jobName: PROCS.plain.name,
      args: { SCRIPT: scriptText(script) },
      tags: `schedule-${i}`,
      cron: `*/${everySeconds} * * * * *`,
      notificationEmails: recipients.join(','),
      group,
      misfire: 'all',
      overlap: 'allow',
    });
    if (status !== 201) throw new Error(`POST /schedule: ${status} ${JSON.stringify(body)}`);
    records.push({
      id: (body as { id: number }).id,
      proc: PROCS.plain.name,
      userEmail: user.email,
      script,
      everySeconds,
      recipients,
      fromMs: Date.now(),
      untilMs: 0,
    });
  }
  return records;
}

/**
 * Pauses each schedule when it has caught up, and records until when it must have fired. Call it when all faults have
 * healed.
 * @returns the problems, one line each
 */
export async function stopSchedules(
  gateways: Gateways,
  users: readonly Identity[],
  records: readonly ScheduleRecord[],
): Promise<string[]> {
  const problems = await Promise.all(
    records.map(async (record) => {
      const user = users.find(({ email }) => email === record.userEmail)!;
      return stopOne(
        (method, body) => gateways.request(user, method, `/schedule/${record.id}`, body),
        record,
      );
    }),
  );
  return problems.filter((problem) => problem !== null);
}

type Send = (method: string, body?: unknown) => Promise<Answer>;

async function stopOne(send: Send, record: ScheduleRecord): Promise<string | null> {
  const deadline = performance.now() + MAX_CATCH_UP_MS;
  let problem: string | null = null;
  for (; ; await sleep(200)) {
    const { status, body } = await send('GET');
    const { nextFireAt } = (body ?? {}) as { nextFireAt?: string };
    if (status === 200 && nextFireAt === undefined) {
      record.untilMs = Date.now();
      return `schedule ${record.id} is paused, but no client paused it: ${JSON.stringify(body)}`;
    }
    // Every tick before the next one has been decided.
    if (status === 200) record.untilMs = Date.parse(nextFireAt!) - 1;
    const isCaughtUp = record.untilMs >= Date.now() - 2 * record.everySeconds * 1_000;
    if (isCaughtUp) break;
    if (performance.now() > deadline) {
      problem = `schedule ${record.id} has not caught up: its next tick is after ${new Date(record.untilMs).toISOString()}`;
      // Everything due by now must have fired.
      record.untilMs = Date.now();
      break;
    }
  }
  for (;;) {
    const answer = await send('PATCH', { enabled: false });
    if (answer.status === 200) return problem;
    if (isDefinite(answer) || performance.now() > deadline + 30_000) {
      return `schedule ${record.id} could not be paused: ${answer.status} ${JSON.stringify(answer.body)}`;
    }
    await sleep(500);
  }
}
