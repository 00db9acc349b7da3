import { describe, expect, it } from '@jest/globals';
import type { GatewayClient } from './gateway-client.js';
import { readPages } from './read-pages.js';
import { streamLines } from './stream-lines.js';

// Never called: `npm run typecheck` fails if a call below starts, or stops, compiling.
declare const client: GatewayClient;
const id = '7';

const accepted = () => [
  client.call('listProcs'),
  client.call('listProcs', {}),
  client.call('getExecutionStatus', { params: { id } }),
  client.call('submitExecution', { body: { name: 'greet' }, idempotencyKey: 'key' }),
  client.call('submitExecution', { body: { name: 'greet', args: { WHO: 'Ann' }, callback_url: null } }),
  client.call('listExecutions'),
  client.call('listExecutions', { query: { limit: 50, status: ['FINISHED'], user: undefined } }),
  client.call('listExecutions', { query: { limit: '50', status: 'FINISHED,CANCELLED' } }),
  client.call('listAudit', { query: { allowed: false } }),
  client.call('updateSchedule', { params: { id }, body: { enabled: false } }),
  client.call(Math.random() > 0.5 ? 'addMember' : 'removeMember', {
    params: { name: 'ops', email: 'a@b.c' },
  }),
  client.call('whoAmI', { signal: AbortSignal.timeout(1) }).then(({ is_admin }) => is_admin),
  readPages(client, 'listAudit', { query: { actor: 'a@b.c' } }),
  readPages(client, 'listSchedules', {}),
  streamLines(client, 'readExecutionLog', { params: { id }, query: { follow: true }, isLive: true }),
];

const rejected = () => [
  // @ts-expect-error no such route
  client.call('submitExecutions', { body: { name: 'greet' } }),

  // @ts-expect-error the body has the wrong type
  client.call('submitExecution', { body: 42 }),
  // @ts-expect-error a field of the body has the wrong type
  client.call('submitExecution', { body: { name: 42 } }),
  // @ts-expect-error a value inside the body has the wrong type
  client.call('submitExecution', { body: { name: 'greet', args: { WHO: {} } } }),
  // @ts-expect-error a map inside the body has the wrong type
  client.call('submitExecution', { body: { name: 'greet', args: 42 } }),
  // @ts-expect-error a required field of the body is missing
  client.call('submitExecution', { body: { args: {} } }),
  // @ts-expect-error a field of the body is misspelt
  client.call('submitExecution', { body: { name: 'greet', arg: {} } }),
  // @ts-expect-error the body is missing
  client.call('submitExecution', { idempotencyKey: 'key' }),
  // @ts-expect-error the whole request is missing
  client.call('submitExecution'),
  // @ts-expect-error the body is missing, although each of its fields is optional
  client.call('updateSchedule', { params: { id } }),
  // @ts-expect-error an event that does not exist
  client.call('setNotifyPreference', { body: { notify_on: ['never'] } }),
  // @ts-expect-error the route has no body
  client.call('listProcs', { body: {} }),

  // @ts-expect-error the path param is missing
  client.call('getExecutionStatus'),
  // @ts-expect-error the path param is missing
  client.call('getExecutionStatus', { params: {} }),
  // @ts-expect-error the path param has the wrong type
  client.call('getExecutionStatus', { params: { id: 7 } }),
  // @ts-expect-error a superfluous path param
  client.call('getExecutionStatus', { params: { id, name: 'greet' } }),
  // @ts-expect-error one of two path params is missing
  client.call('addMember', { params: { name: 'ops' } }),
  // @ts-expect-error the route has no path params
  client.call('listProcs', { params: { id } }),

  // @ts-expect-error the query is misspelt
  client.call('listExecutions', { query: { limt: '50' } }),
  // @ts-expect-error a query value has the wrong type
  client.call('listExecutions', { query: { limit: true } }),
  // @ts-expect-error a query value is none of those allowed
  client.call('listNotifications', { query: { state: 'lost' } }),
  // @ts-expect-error one of several query values is none of those allowed
  client.call('listExecutions', { query: { status: ['BROKEN'] } }),
  // @ts-expect-error a required query value is missing
  client.call('streamExecutionLogs', { query: {} }),
  // @ts-expect-error the required query is missing
  client.call('streamExecutionLogs'),
  // @ts-expect-error the route has no query
  client.call('getSchedule', { params: { id }, query: { limit: 50 } }),

  // @ts-expect-error the route ignores idempotency keys
  client.call('createGroup', { body: { name: 'ops' }, idempotencyKey: 'key' }),
  // @ts-expect-error the request has no such part
  client.call('whoAmI', { headers: {} }),
  // @ts-expect-error the reply has no such field
  client.call('whoAmI').then(({ isAdmin }) => isAdmin as unknown),
  // @ts-expect-error the route replies with nothing
  client.call('removeProc', { params: { name: 'greet' } }).then((reply) => reply.name as unknown),

  // @ts-expect-error not a list
  readPages(client, 'getSchedule', { params: { id } }),
  // @ts-expect-error not a text
  streamLines(client, 'listProcs', {}),
];

describe('the types of a request', () => {
  it('are checked by the compiler', () => {
    expect([accepted, rejected]).toHaveLength(2);
  });
});
