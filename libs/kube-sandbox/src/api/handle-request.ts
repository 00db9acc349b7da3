import type { Verb } from '../faults.js';
import { ApiError } from '../objects/api-error.js';
import type { Pod } from '../objects/kube-object.js';
import { qualifiedName } from '../objects/resources.js';
import { answerRequest, find, type ResourceRequest } from './answer-request.js';
import type { ApiContext, Reply } from './api-context.js';
import { checkRequest } from './check-request.js';
import { discoveryAnswer } from './discovery.js';
import { openapiAnswer } from './openapi.js';
import { parseRoute, parseTarget, verbOf } from './parse-route.js';
import { readBody } from './read-body.js';
import { answerSandbox } from './serve-sandbox.js';
import { serveLog } from './serve-log.js';
import { refuseWatch, serveWatch } from './serve-watch.js';
import { injectFault } from './inject-fault.js';
import { endAfterResponse, type ApiRequest, type ApiResponse, cut, isGone } from './exchange.js';

/** Answers one request, even if an error occurs. */
export async function handleRequest(
  context: ApiContext,
  port: number,
  request: ApiRequest,
  response: ApiResponse,
): Promise<void> {
  try {
    checkRequest(request, [port, ...context.proxyPorts], context.token);
    const reply = await route(context, port, request, response);
    if (reply) send(response, reply);
  } catch (error) {
    if (!(error instanceof ApiError))
      context.log(`${request.method} ${request.url}: ${(error as Error).stack}`);
    const refusal =
      error instanceof ApiError
        ? error
        : new ApiError(500, 'InternalError', `Internal error occurred: ${String(error)}`);
    if (response.headersSent) cut(response);
    else send(response, { code: refusal.code, body: refusal.toStatus(), headers: refusal.headers });
    if (!request.complete) endAfterResponse(request, response);
  }
}

async function route(
  context: ApiContext,
  port: number,
  request: ApiRequest,
  response: ApiResponse,
): Promise<Reply | null> {
  const method = request.method ?? '';
  const { pathname, query } = parseTarget(request.url ?? '/');
  if (method === 'GET' && ['/healthz', '/livez', '/readyz'].includes(pathname))
    return { code: 200, body: '"ok"' };
  const discovery = method === 'GET' ? (discoveryAnswer(pathname, port) ?? openapiAnswer(pathname)) : null;
  if (discovery) return { code: 200, body: discovery };
  const body = await readBody(request);
  const own = answerSandbox(context, method, pathname, body);
  if (own) return own;
  const target = parseRoute(pathname);
  if (!target) throw new ApiError(404, 'NotFound', 'the server could not find the requested resource');
  const verb = verbOf(method, target, query);
  if (!verb)
    throw new ApiError(
      405,
      'MethodNotAllowed',
      `${method.toLowerCase()} is not supported on resources of kind "${qualifiedName(target.resource)}"`,
    );
  const wantsTable = /as=Table/.test(request.headers.accept ?? '');
  return await serve(context, verb, { route: target, query, body, wantsTable }, response);
}

async function serve(
  context: ApiContext,
  verb: Verb,
  request: ResourceRequest,
  response: ApiResponse,
): Promise<Reply | null> {
  const { resource, subresource, namespace } = request.route;
  const match = { verb, resource: subresource === 'log' ? subresource : resource, namespace } as const;
  context.counts.add(verb, match.resource);
  const before = context.faults.takeEffect(match, 'before');
  if (before && !(await injectFault(before, verb, response))) return null;
  if (subresource === 'log') {
    await serveLog(context, find(context, request.route) as Pod, request.query, response);
    return null;
  }
  if (verb === 'watch') {
    watch(context, request, response);
    return null;
  }
  if (verb === 'create') await untilWebhooksAnswer(context, request, response);
  const reply = answerRequest(context, verb, request);
  const after = context.faults.takeEffect(match, 'after');
  return after && !(await injectFault(after, verb, response)) ? null : reply;
}

async function untilWebhooksAnswer(
  { faults }: ApiContext,
  { route }: ResourceRequest,
  response: ApiResponse,
): Promise<void> {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  await faults.admission.untilWebhooksAnswer(route.resource, gone.signal);
}

function watch(context: ApiContext, request: ResourceRequest, response: ApiResponse): void {
  try {
    serveWatch(context, request, response);
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== 410) throw error;
    refuseWatch(error, response);
  }
}

function send(response: ApiResponse, { code, body, headers = {} }: Reply): void {
  if (isGone(response)) return;
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const length = Buffer.byteLength(text);
  response.writeHead(code, {
    'Content-Type': 'application/json',
    'Content-Length': length,
    'Cache-Control': 'no-cache, private',
    ...headers,
  });
  response.end(text);
}
