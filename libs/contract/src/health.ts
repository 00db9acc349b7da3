import { z } from 'zod';

/** `GET /health/live`: the process answers. `version` is the gateway's own. */
export const healthLiveReply = z.object({ status: z.literal('ok'), version: z.string().optional() });
export type HealthLiveReply = z.output<typeof healthLiveReply>;

/**
 * `GET /health/ready`: 200 with `ok` or `degraded` (work is accepted, something it needs later is away), 503 with
 * the same body and `unavailable` when nothing can be accepted.
 */
export const healthReadyReply = z.object({
  status: z.enum(['ok', 'degraded', 'unavailable']),
  version: z.string().optional(),
  /** By dependency, e.g. `postgres`, `redis`. */
  checks: z
    .record(z.string(), z.object({ status: z.enum(['ok', 'failing']), message: z.string().optional() }))
    .optional(),
});
export type HealthReadyReply = z.output<typeof healthReadyReply>;
