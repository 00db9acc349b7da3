/** The parts of Kubernetes' `Status` that say what kind of refusal it is. */
export interface Refusal {
  status: number;
  reason: string;
  message: string;
}

/** 401: the credentials are being renewed. 408, 429 and 503 are temporary by definition. 502 and 504 come from proxies. */
const OUTAGES: readonly number[] = [401, 408, 410, 429, 502, 503, 504];

/**
 * What the API server itself puts in front of a refusal, before any text of a policy or webhook. Matched from the start of
 * the message, because that text may contain any words.
 */
const DENIED_BY_WEBHOOK = /^admission webhook "[^"]*" denied the request/;
const DENIED_BY_POLICY = /^[a-z.]+ "[^"]*" is forbidden: ValidatingAdmissionPolicy '/;
const QUOTA = /^[a-z.]+ "[^"]*" is forbidden: (exceeded quota: |status unknown for quota: )/;
const STARTING = /^[a-z.]+ "[^"]*" is forbidden: not yet ready to handle request$/;

/**
 * Tells an outage, a refusal that may end by itself and a permanent one apart. A webhook or policy chooses its own status:
 * its denial is permanent, unless the webhook answers with 429 or 5xx.
 */
export function classifyRefusal({
  status,
  reason,
  message,
}: Refusal): 'unanswered' | 'refused for now' | 'refused' {
  if (DENIED_BY_WEBHOOK.test(message)) return status === 429 || status >= 500 ? 'refused for now' : 'refused';
  if (DENIED_BY_POLICY.test(message)) return 'refused';
  if (OUTAGES.includes(status)) return 'unanswered';
  // A webhook that is away is an internal error with a reason. An API server without its store sends one without.
  if (status >= 500) return reason === 'InternalError' ? 'refused for now' : 'unanswered';
  if (status === 409) return 'refused for now';
  if (status === 403 && (QUOTA.test(message) || STARTING.test(message))) return 'refused for now';
  return 'refused';
}
