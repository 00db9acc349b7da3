import * as z from 'zod';

/** `GET /health/live`: the process is alive. `version` is the gateway's version. */
export const healthLiveReply = z.object({ status: z.literal('ok'), version: z.string().optional() });
export type HealthLiveReply = z.output<typeof healthLiveReply>;

/**
 * `GET /health/ready`: 200 with `ok` or `degraded` (work is accepted although a dependency needed later is unavailable),
 * or 503 with the same body and `unavailable` when no work can be accepted.
 */
export const healthReadyReply = z.object({
  status: z.enum(['ok', 'degraded', 'unavailable']),
  version: z.string().optional(),
  checks: z
    .record(z.string(), z.object({ status: z.enum(['ok', 'failing']), message: z.string().optional() }))
    .optional()
    .describe(
      'By dependency, such as `postgres` or `redis`: its `status` (`ok` or `failing`) and a `message`.',
    ),
});
export type HealthReadyReply = z.output<typeof healthReadyReply>;
