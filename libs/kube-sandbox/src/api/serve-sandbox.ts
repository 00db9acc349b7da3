import { FAULT_NAMES, type Faults } from '../faults.js';
import { ApiError, badRequest } from '../objects/api-error.js';
import { isRecord } from '../objects/draft.js';
import type { ApiContext, Reply } from './api-context.js';

/** Answers the sandbox's own routes, of the history, the requests and the faults. Null: not one of them. */
export function answerSandbox(
  { history, faults, counts }: ApiContext,
  method: string,
  path: string,
  body: unknown,
): Reply | null {
  if (method === 'GET' && path === '/sandbox/history') return { code: 200, body: { runs: history.all() } };
  if (method === 'GET' && path === '/sandbox/requests') return { code: 200, body: counts.read() };
  if (method === 'POST' && path === '/sandbox/faults')
    return { code: 200, body: { result: applyFault(faults, body) ?? null } };
  if (path.startsWith('/sandbox/'))
    throw new ApiError(404, 'NotFound', `the sandbox has no route ${method} ${path}`);
  return null;
}

function applyFault(faults: Faults, body: unknown): unknown {
  const name = FAULT_NAMES.find((known) => isRecord(body) && body.fault === known);
  if (!name || !isRecord(body)) throw badRequest(`"fault" must be one of ${FAULT_NAMES.join(', ')}`);
  const args = body.args ?? [];
  if (!Array.isArray(args)) throw badRequest('"args" must be a list');
  return (faults as unknown as Record<string, (...args: unknown[]) => unknown>)[name]!(
    ...(args as unknown[]),
  );
}
