import type { PostAnswer } from '@app/outbound';
import { oneLine } from '../message/plain-text.js';
import type { SendOutcome } from './channel.js';

const MAX_REASON_CHARACTERS = 300;
const MAX_WAIT_MS = 15 * 60_000;

/** Transient refusals: not found (yet), timeout, conflict, locked, too early, too many requests. */
const TRANSIENT = [404, 408, 409, 423, 425, 429];

/** Classifies the answer to a delivery: 2xx accepts it; 5xx and some 4xx are transient; the rest is final. Pure. */
export function classifyAnswer({ status, retryAfterMs, text }: PostAnswer): SendOutcome {
  if (status >= 200 && status < 300) return { kind: 'sent' };
  if (status >= 300 && status < 400) {
    return { kind: 'refused', reason: `the server answered ${status}: redirects are not followed` };
  }
  const said = oneLine(text, MAX_REASON_CHARACTERS);
  const reason = `the server answered ${status}${said && `: ${said}`}`;
  if (status >= 400 && status < 500 && !TRANSIENT.includes(status)) return { kind: 'refused', reason };
  return { kind: 'retry', reason, afterMs: Math.min(retryAfterMs ?? 0, MAX_WAIT_MS) };
}
