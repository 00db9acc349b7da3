import { HttpException } from '@nestjs/common';
import { isDatabaseUnavailable } from '@app/database';
import { AppError } from '@app/domain';

/** The error that the client gets for anything thrown. An unknown one becomes `internal`, which reveals nothing. */
export function toAppError(error: unknown, requestId: string): AppError {
  if (error instanceof AppError) return error;
  if (isDatabaseUnavailable(error)) {
    return new AppError('unavailable', 'The database is unavailable.', {
      hint: 'Try again in a moment.',
      cause: error,
    });
  }
  const status = statusOf(error);
  if (status === 404) return new AppError('not_found', 'No such route.');
  if (status === 413) return new AppError('too_large', 'The request is too large.');
  if (status !== null && status >= 400 && status < 500) {
    return new AppError('malformed_request', 'malformed request', { cause: error });
  }
  return new AppError('internal', `Something went wrong in the gateway (request ${requestId}).`, {
    hint: 'Try again. If it fails again, report the request id to the operators of this gateway.',
    cause: error,
  });
}

/** The status of an error that Nest or Fastify threw itself; null for any other. */
function statusOf(error: unknown): number | null {
  if (error instanceof HttpException) return error.getStatus();
  if (!(error instanceof Error) || !('statusCode' in error)) return null;
  const isFromFastify = 'code' in error && typeof error.code === 'string' && error.code.startsWith('FST_');
  return isFromFastify && typeof error.statusCode === 'number' ? error.statusCode : null;
}
