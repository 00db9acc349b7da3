import { pause } from '@app/timing';
import type { RequestEffect, Verb } from '../faults.js';
import { ApiError } from '../objects/api-error.js';
import { reasonOfCode } from '../objects/status-reasons.js';
import { refuseWatch } from './serve-watch.js';
import { type ApiResponse, cut, isGone } from './exchange.js';

/** Applies a fault to a request. Returns false if the request needs no further response. Throws the injected `ApiError`. */
export async function injectFault(
  effect: RequestEffect,
  verb: Verb,
  response: ApiResponse,
): Promise<boolean> {
  switch (effect.kind) {
    case 'delay':
      await pause(effect.delayMs);
      return !isGone(response);
    case 'hang':
      return false;
    case 'reset':
      cut(response);
      return false;
    case 'status': {
      const error = injectedError(effect);
      if (verb !== 'watch' || effect.code !== 410) throw error;
      refuseWatch(error, response);
      return false;
    }
  }
}

function injectedError({
  code,
  message,
  retryAfterSeconds,
}: Extract<RequestEffect, { kind: 'status' }>): ApiError {
  const text =
    message ?? (code === 429 ? 'Too many requests, please try again later.' : 'injected by the sandbox');
  const details = retryAfterSeconds === undefined ? undefined : { retryAfterSeconds };
  const headers: Record<string, string> =
    retryAfterSeconds === undefined ? {} : { 'Retry-After': String(retryAfterSeconds) };
  return new ApiError(code, reasonOfCode(code), text, { details, headers });
}
