import { routes } from '@app/contract';
import type { PlannedRequest } from './plan-request.js';
import type { FuzzAnswer } from './send-request.js';
import type { Canary } from './world.js';

/** Beyond it a gateway may close the connection while the body is still being sent. */
const MAX_CERTAIN_BODY_BYTES = 1_048_576;

/** What no answer may be, whatever the request was. Empty: the answer is fine. */
export function checkAnswer(
  request: PlannedRequest,
  { status, text }: FuzzAnswer,
  canaries: readonly Canary[],
): string[] {
  const findings: string[] = [];
  if (status === null) {
    if ((request.body?.length ?? 0) <= MAX_CERTAIN_BODY_BYTES) findings.push('no answer');
  } else if (status >= 500) findings.push(`status ${status}`);
  // A damaged path or method may be that of another route.
  if (request.isIntact && isSuccess(status) && !mayCall(request)) findings.push('may not call this route');
  findings.push(...leaks(request, text, canaries));
  return findings;
}

export const isSuccess = (status: number | null): boolean => status !== null && status < 300;

function mayCall({ route, caller }: PlannedRequest): boolean {
  const { who } = routes[route];
  if (who === 'anyone') return true;
  return who === 'admin' ? caller === 'admin' : caller !== 'stranger';
}

function leaks(request: PlannedRequest, text: string, canaries: readonly Canary[]): string[] {
  return canaries
    .filter(({ word, hiddenFrom }) => hiddenFrom.includes(request.caller) && text.includes(word))
    .map(({ word }) => `shows ${word}`);
}
