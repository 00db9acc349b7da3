import { setTimeout as sleep } from 'node:timers/promises';
import type { Look, ToldEnd } from './evidence.js';
import { partsOfText } from './log-parts.js';
import type { Sources } from './sources.js';

type Api = Sources['api'];

const PAGE = 500;
const AT_ONCE = 8;
const TRIES = 5;
const RETRY_MS = 1_000;

interface ToldExecution {
  id: number;
  status: string;
  exit_code?: number;
}

/** What the history pages list, from the newest to the oldest. */
export async function readHistory(api: Api): Promise<Map<number, ToldEnd>> {
  const listed = new Map<number, ToldEnd>();
  let cursor = '';
  do {
    const reply = await get(api, `/execution?limit=${PAGE}${cursor && `&cursor=${cursor}`}`);
    const page = (await reply.json()) as { executions: ToldExecution[]; next?: string };
    for (const one of page.executions) listed.set(one.id, toEnd(one));
    cursor = page.next ?? '';
  } while (cursor !== '');
  return listed;
}

/** Details and logs of these executions, a few at a time. */
export async function lookAt(api: Api, ids: readonly number[]): Promise<Map<number, Look>> {
  const looks = new Map<number, Look>();
  const todo = [...ids];
  const work = async () => {
    for (let id = todo.pop(); id !== undefined; id = todo.pop()) looks.set(id, await look(api, id));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return looks;
}

async function look(api: Api, id: number): Promise<Look> {
  const reply = await get(api, `/execution/${id}`);
  if (reply.status === 404) {
    await reply.body?.cancel();
    return { detail: null, log: [] };
  }
  const detail = (await reply.json()) as ToldExecution & { attempts: unknown[] };
  const log = await get(api, `/execution/${id}/log`);
  const text = await log.text();
  return {
    detail: { ...toEnd(detail), attempts: detail.attempts.length },
    log: log.status === 404 ? [] : partsOfText(text),
  };
}

function toEnd({ status, exit_code }: ToldExecution): ToldEnd {
  return { status, exitCode: exit_code ?? null };
}

/** An answer that is 200 or 404. @throws Error when there is none after some tries */
async function get(api: Api, path: string): Promise<Response> {
  let problem: unknown;
  for (let tried = 0; tried < TRIES; tried++) {
    if (tried > 0) await sleep(RETRY_MS);
    try {
      const reply = await api.request('GET', path);
      if (reply.status === 200 || reply.status === 404) return reply;
      problem = `${reply.status} ${await reply.text()}`;
    } catch (error) {
      problem = error;
    }
  }
  throw new Error(`GET ${path}: no answer after ${TRIES} tries`, { cause: problem });
}
