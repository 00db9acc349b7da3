import * as z from 'zod';
import { queryFlag } from './paging.js';

const procWarning = z.object({
  field: z.string().describe('A path into the request, such as `0.authorized_groups.1`.'),
  message: z.string(),
});

export const checkProcsQuery = z.object({
  cluster: queryFlag
    .optional()
    .default(false)
    .describe('Also return the Job of each proc, and whether the cluster would take it.'),
});

/**
 * `unknown`: the API server did not say. `no_worker`: no worker answered in time. `not_asked`: too many checks at once.
 */
const JOB_CHECK_OUTCOMES = ['accepted', 'refused', 'unknown', 'no_worker', 'not_asked'] as const;

const jobCheck = z.object({
  proc: z.string(),
  outcome: z.enum(JOB_CHECK_OUTCOMES),
  message: z.string().describe("Why, in Kubernetes' words or in ours. Empty if the cluster would take it."),
  warnings: z.array(z.string()).describe("The API server's warnings."),
  manifest: z
    .record(z.string(), z.unknown().describe('As Kubernetes defines it.'))
    .optional()
    .describe('The Job, with placeholders for args. Omitted if no worker answered.'),
});
export type JobCheckReply = z.output<typeof jobCheck>;

/** What the gateway would accept, and yet may not be meant. */
export const checkProcsReply = z.object({
  warnings: z.array(procWarning),
  jobs: z
    .array(jobCheck)
    .optional()
    .describe(
      'With `cluster=true`. The check is a dry run of the create: quota and admission of pods were not asked, and a webhook that does not support dry runs is unknown.',
    ),
});
