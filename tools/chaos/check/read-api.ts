import { setTimeout as sleep } from 'node:timers/promises';
import type { ApiDetail, ReportedEnd } from './evidence.js';
import { partsOfText } from './log-parts.js';
import type { Sources } from './sources.js';

type Api = Sources['api'];

const PAGE = 500;
const CONCURRENCY = 8;
const MAX_TRIES = 5;
const RETRY_MS = 1_000;

interface ReportedExecution {
  id: number;
  status: string;
  exit_code?: number;
}

/** All executions on the history pages, from newest to oldest. */
export async function readHistory(api: Api): Promise<Map<number, ReportedEnd>> {
  const listed = new Map<number, ReportedEnd>();
  let cursor = '';
  do {
    const reply = await get(api, `/execution?limit=${PAGE}${cursor && `&cursor=${cursor}`}`);
    const page = (await reply.json()) as { executions: ReportedExecution[]; next?: string };
    for (const one of page.executions) listed.set(one.id, toEnd(one));
    cursor = page.next ?? '';
  } while (cursor !== '');
  return listed;
}

/** Reads details and logs of these executions, a few at a time. */
export async function readDetails(api: Api, ids: readonly number[]): Promise<Map<number, ApiDetail>> {
  const details = new Map<number, ApiDetail>();
  const todo = [...ids];
  const work = async () => {
    for (let id = todo.pop(); id !== undefined; id = todo.pop()) details.set(id, await readDetail(api, id));
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, work));
  return details;
}

async function readDetail(api: Api, id: number): Promise<ApiDetail> {
  const reply = await get(api, `/execution/${id}`);
  if (reply.status === 404) {
    await reply.body?.cancel();
    return { execution: null, log: [] };
  }
  const execution = (await reply.json()) as ReportedExecution & { attempts: unknown[] };
  const log = await get(api, `/execution/${id}/log`);
  const text = await log.text();
  return {
    execution: { ...toEnd(execution), attempts: execution.attempts.length },
    log: log.status === 404 ? [] : partsOfText(text),
  };
}

function toEnd({ status, exit_code }: ReportedExecution): ReportedEnd {
  return { status, exitCode: exit_code ?? null };
}

/** Retries until the answer is 200 or 404. @throws Error after the last try */
async function get(api: Api, path: string): Promise<Response> {
  let problem: unknown;
  for (let tried = 0; tried < MAX_TRIES; tried++) {
    if (tried > 0) await sleep(RETRY_MS);
    try {
      const reply = await api.request('GET', path);
      if (reply.status === 200 || reply.status === 404) return reply;
      problem = `${reply.status} ${await reply.text()}`;
    } catch (error) {
      problem = error;
    }
  }
  throw new Error(`GET ${path}: no answer after ${MAX_TRIES} tries`, { cause: problem });
}
