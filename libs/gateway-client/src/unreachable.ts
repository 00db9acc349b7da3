import { explainNetworkError, type NetworkFailure } from '@app/domain';
import { GatewayError } from './gateway-error.js';

/** No response, or one that was cut off. `error`: what the transport or a WebSocket failed with. */
export function unreachable(baseUrl: string, error: unknown, timeoutMs: number): GatewayError {
  return unreachableFor(baseUrl, explainNetworkError(error, baseUrl, timeoutMs), error);
}

export function unreachableFor(
  baseUrl: string,
  { reason, advice }: NetworkFailure,
  cause?: unknown,
): GatewayError {
  const message = `Cannot reach the gateway at ${baseUrl}: ${reason}.`;
  return new GatewayError('unreachable', 'unavailable', message, { hint: advice, cause });
}
