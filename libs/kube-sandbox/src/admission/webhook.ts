import { ApiError } from '../objects/api-error.js';
import { reasonOfCode } from '../objects/status-reasons.js';

/** What an admission webhook does with a create. `hang` answers after its own timeout of 10 s, as a lost packet would. */
export type WebhookEffect =
  { kind: 'deny'; message: string; code?: number } | { kind: 'down' } | { kind: 'hang' };

export interface Webhook {
  name: string;
  /** What it is asked about. */
  resource: 'jobs' | 'pods' | 'secrets';
  effect: WebhookEffect;
  /** It has side effects, and does not say that it has none in a dry run: the API server then refuses the dry run. */
  refusesDryRun?: boolean;
}

export const WEBHOOK_TIMEOUT_MS = 10_000;

/** The refusal that follows, as the API server words it. */
export function refusalOf({ name, effect, refusesDryRun }: Webhook, isDryRun: boolean): ApiError {
  if (isDryRun && refusesDryRun)
    return new ApiError(400, 'BadRequest', `admission webhook "${name}" does not support dry run`);
  if (effect.kind === 'deny') {
    const { code = 403, message } = effect;
    return new ApiError(
      code,
      reasonOfCode(code),
      `admission webhook "${name}" denied the request: ${message}`,
    );
  }
  const why =
    effect.kind === 'down'
      ? 'dial tcp 10.96.0.10:443: connect: connection refused'
      : 'context deadline exceeded';
  const call = `failed to call webhook: Post "https://webhook.policies.svc:443/validate?timeout=10s": ${why}`;
  return new ApiError(
    500,
    'InternalError',
    `Internal error occurred: failed calling webhook "${name}": ${call}`,
  );
}
