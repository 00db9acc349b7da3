import { FINAL_STATUSES } from '@app/domain';
import type { Stores } from './stores.js';

/** In addition to `proc-0` and `proc-rare`. */
const PROCS = 399;
const USERS = 199;

/** Rows added after the planner's statistics, with a status, a user and a schedule unknown to them. */
const BURST_ROWS = 2_000;

/**
 * Fills the history with one execution a minute until now, of which the newest half percent are live. The distribution is
 * very uneven: `proc-0` has 80 %, `user-0` 60 %, and most are FINISHED; `proc-rare`, `user-rare`, schedule 99 and
 * FETCH_POD_LOG_FAILED have a few executions each, all in the oldest 5 %. Then adds 2,000 executions within one minute
 * of the oldest third, as after an outage and before the next ANALYZE: all POD_CREATION_FAILED, of `user-new` and of
 * schedule 98, which the planner's statistics do not contain.
 */
export async function fillHistory(stores: Pick<Stores, 'query'>, rows: number): Promise<void> {
  const old = rows / 20;
  const indexes = await stores.query<{ name: string; definition: string }>(
    `select indexname as name, indexdef as definition from pg_indexes
     where tablename = 'execution' and indexname <> 'execution_pkey'`,
  );
  // Updating them row by row would take minutes.
  for (const { name } of indexes) await stores.query(`drop index ${name}`);
  // Halves the work; plans are the same.
  await stores.query('alter table execution set unlogged');
  await insertExecutions(
    stores,
    `select i, id, execution_id_made_at(id) as made_at,
       case when i < ${old} and i % ${old / 100} = 1 then 'proc-rare' when r1 < 0.8 then 'proc-0'
         else 'proc-' || 1 + floor(r1 * 1e6)::int % ${PROCS} end as proc_name,
       case when i < ${old} and i % ${old / 100} = 2 then 'user-rare@example.org' when r2 < 0.6 then 'user-0@example.org'
         else 'user-' || 1 + floor(r2 * 1e6)::int % ${USERS} || '@example.org' end as user_email,
       case when i > ${rows - rows / 200} then (array['RECEIVED', 'CREATED', 'JOB_READY', 'POD_READY'])[1 + i % 4]
         when i < ${old} and i % ${old / 10} = 3 then 'FETCH_POD_LOG_FAILED' when r3 < 0.9 then 'FINISHED'
         when r3 < 0.95 then 'POD_FAILED' when r3 < 0.98 then 'TIMED_OUT' when r3 < 0.9998 then 'CANCELLED'
         else 'REQUIREMENT_NOT_MET' end as status,
       case when i < ${old} and i % ${old / 50} = 4 then 99 when i % 20 = 5 then 1 + i / 20 % 20 end as schedule_id
     from (
       select i, random() as r1, random() as r2, random() as r3,
         (select first_execution_id_at(now())) + (i - ${rows}) * (60000::bigint << 12) as id
       from generate_series(1, ${rows}) i) random
     -- Keeps each expression from being evaluated again wherever it is used.
     offset 0`,
  );
  for (const { definition } of indexes) await stores.query(definition);
  await stores.query('vacuum analyze execution');
  await insertExecutions(
    stores,
    `select i, id, execution_id_made_at(id) as made_at, 'proc-0' as proc_name, 'user-new@example.org' as user_email,
       'POD_CREATION_FAILED' as status, 98 as schedule_id
     from (
       select i, (select min(id) from execution) + ${rows / 4} * (60000::bigint << 12) + i * (10::bigint << 12) as id
       from generate_series(1, ${BURST_ROWS}) i) burst`,
  );
}

/** @param source selects `i`, `id`, `made_at`, `proc_name`, `user_email`, `status` and `schedule_id` */
async function insertExecutions(stores: Pick<Stores, 'query'>, source: string): Promise<void> {
  await stores.query(
    `insert into execution (id, proc_name, proc_revision, job_name, image, args, snapshot, user_email, status, ended_at,
       lease_epoch, worker_id, enqueued_at, admitted_at, created_at, updated_at, job_uid, schedule_id)
     select id, proc_name, 1, 'proctor-test1-' || id, 'registry.example.org/proctor/image:1',
       '{"NAME":"value","OTHER":"another value"}', $1::jsonb, user_email, status,
       case when status in (${FINAL_STATUSES.map((status) => `'${status}'`).join()}) then made_at end,
       1, 'worker-' || i % 10, made_at, made_at, made_at, made_at, 'job-uid-' || id, schedule_id
     from (${source}) made`,
    [
      JSON.stringify({
        timeoutSeconds: 3600,
        retries: 0,
        requiredSecrets: ['TOKEN'],
        pod: { resources: null, nodeSelector: {}, tolerations: [], annotations: {} },
      }),
    ],
  );
}
