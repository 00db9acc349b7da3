import { HttpException } from '@nestjs/common';
import { isDatabaseUnavailable } from '@app/database';
import { AppError } from '@app/domain';

/** What somebody who made a request is told about whatever was thrown. Unknown: `internal`, which says nothing. */
export function toAppError(error: unknown, requestId: string): AppError {
  if (error instanceof AppError) return error;
  if (isDatabaseUnavailable(error)) {
    return new AppError('unavailable', 'The database cannot be reached.', {
      hint: 'Try again in a moment.',
      cause: error,
    });
  }
  const status = statusOf(error);
  if (status === 404) return new AppError('not_found', 'There is no such route.');
  if (status === 413) return new AppError('too_large', 'The request is too large.');
  if (status !== null && status >= 400 && status < 500) {
    return new AppError('malformed_request', 'malformed request', { cause: error });
  }
  return new AppError('internal', `Something went wrong in the gateway (request ${requestId}).`, {
    hint: 'Try again; if it stays, tell the people who run it.',
    cause: error,
  });
}

/** The status that Nest or Fastify gave its own error. */
function statusOf(error: unknown): number | null {
  if (error instanceof HttpException) return error.getStatus();
  if (!(error instanceof Error) || !('statusCode' in error)) return null;
  const isOfFastify = 'code' in error && typeof error.code === 'string' && error.code.startsWith('FST_');
  return isOfFastify && typeof error.statusCode === 'number' ? error.statusCode : null;
}
