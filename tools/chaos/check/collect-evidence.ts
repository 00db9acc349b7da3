import type { ChaosRecord } from '../record.js';
import { check } from './check.js';
import type { Evidence } from './evidence.js';
import { readDetails, readHistory } from './read-api.js';
import { readLeftovers } from './read-cluster.js';
import {
  readAttempts,
  readDeliveries,
  readEvents,
  readExecutions,
  readKeys,
  readLogs,
  readTicks,
} from './read-database.js';
import { readMail } from './read-mail.js';
import type { Sources } from './sources.js';

/** How many executions are read one by one from the API, in addition to the suspicious ones. */
const SAMPLE = 200;
const MAX_SUSPICIOUS = 300;

/**
 * Reads everything that is known after a run, without changing anything. Call it after `drain`: what is still in flight
 * counts as missing. @throws Error when a source does not answer, or the record is incomplete
 */
export async function collectEvidence(record: ChaosRecord, sources: Sources): Promise<Evidence> {
  const { api, query, sandbox } = sources;
  const executions = await readExecutions(query);
  const evidence: Evidence = {
    record,
    executions,
    attempts: await readAttempts(query),
    logs: await readLogs(query),
    keys: await readKeys(query),
    ticks: await readTicks(query),
    events: await readEvents(query),
    deliveries: await readDeliveries(query),
    runs: (await sandbox.history()).filter(({ container }) => container === PROC_CONTAINER),
    leftovers: await readLeftovers(sandbox),
    mails: sources.mails.map(readMail),
    listed: await readHistory(api),
    details: new Map(),
  };
  const ids = [...new Set([...listSuspicious(evidence), ...listSample(executions.map(({ id }) => id))])];
  return { ...evidence, details: await readDetails(api, ids) };
}

/** The name that the runner gives it. */
const PROC_CONTAINER = 'proc';

/** Executions with a violation in the evidence so far. */
function listSuspicious(evidence: Evidence): number[] {
  const ids = check(evidence).flatMap(({ subject }) => /^execution (\d+)$/.exec(subject)?.[1] ?? []);
  return ids.map(Number).slice(0, MAX_SUSPICIOUS);
}

/** An even sample that includes the first and the last. */
function listSample(ids: readonly number[]): number[] {
  if (ids.length <= SAMPLE) return [...ids];
  return Array.from(
    { length: SAMPLE },
    (_, n) => ids[Math.round((n * (ids.length - 1)) / (SAMPLE - 1))] ?? 0,
  );
}
