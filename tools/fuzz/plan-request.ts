import { EMAIL_HEADER, pathOf, routes, TOKEN_HEADER, type Route, type RouteName } from '@app/contract';
import type { Random } from '../random.js';
import { damageText, mutateValue, nastyText } from './mutate.js';
import { SAMPLES } from './samples.js';
import { CALLERS, type Caller, type FuzzWorld, type Identity } from './world.js';

export interface PlannedRequest {
  route: RouteName;
  caller: Caller;
  method: string;
  path: string;
  headers: Record<string, string>;
  body: Buffer | null;
  /** Nothing was damaged: with the rights for it, the caller gets an answer of success. */
  isIntact: boolean;
}

export const ROUTE_NAMES = Object.keys(routes) as RouteName[];
const isRead = (method: string) => method === 'GET';

type World = Pick<FuzzWorld, 'identities' | 'targets' | 'disposable'>;

/** Draws the next request: half of them are as the route wants them, the others damaged in one way or several. */
export function planRequest(world: World, random: Random): PlannedRequest {
  const [name, caller] = [random.pick(ROUTE_NAMES), random.pick(CALLERS)];
  return plan(world, random, { name, caller, isIntact: random.chance(0.5) });
}

/** A request of the admin to this route, as the route wants it. */
export function planIntactRequest(world: World, random: Random, name: RouteName): PlannedRequest {
  return plan(world, random, { name, caller: 'admin', isIntact: true });
}

function plan(
  world: World,
  random: Random,
  { name, caller, isIntact }: { name: RouteName; caller: Caller; isIntact: boolean },
): PlannedRequest {
  const route: Route = routes[name];
  // Also damaged requests of the admin name only what the admin may change.
  const targets = caller === 'admin' && !isRead(route.method) ? world.disposable : world.targets;
  const {
    params = {},
    query = {},
    body,
  } = SAMPLES[name]({
    random,
    targets,
    token: caller === 'stranger' ? 'guessed' : world.identities[caller].token,
  });
  const headers: Record<string, string> = {
    ...credentials(caller, world.identities, random),
    ...(route.takesIdempotencyKey &&
      random.chance(0.3) && { 'Idempotency-Key': `key-${random.integer(1, 50)}` }),
  };
  const intact = { route: name, caller, method: route.method as string, headers };
  if (isIntact) {
    return { ...intact, path: pathOf(name, params, query), body: encode(body), isIntact };
  }
  const damaged = damageAddress(params, query, random);
  return {
    ...intact,
    method: random.chance(0.05)
      ? random.pick(['PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS', 'TRACE'])
      : route.method,
    path: damagePath(pathOf(name, damaged.params, damaged.query), random),
    headers: { ...headers, ...nastyHeaders(random) },
    body: damageBody(body, random),
    isIntact,
  };
}

function credentials(
  caller: Caller,
  identities: FuzzWorld['identities'],
  random: Random,
): Record<string, string> {
  if (caller === 'stranger') return strangersCredentials(identities.admin, random);
  const { email, token } = identities[caller];
  return random.chance(0.8)
    ? { [EMAIL_HEADER]: email, [TOKEN_HEADER]: token }
    : { Authorization: `Bearer ${token}` };
}

/** None, wrong ones, or a half of the admin's. */
function strangersCredentials({ email, token }: Identity, random: Random): Record<string, string> {
  return random.pick<Record<string, string>>([
    {},
    { [EMAIL_HEADER]: email },
    { [EMAIL_HEADER]: email, [TOKEN_HEADER]: 'guessed' },
    { [EMAIL_HEADER]: 'other@example.com', [TOKEN_HEADER]: token },
    { Authorization: `Bearer ${token.slice(0, -1)}` },
    { Authorization: `Basic ${Buffer.from(`${email}:${token}`).toString('base64')}` },
    { Cookie: `proctor=${token}` },
  ]);
}

function damageAddress(params: Record<string, string>, query: Record<string, string>, random: Random) {
  const damage = (values: Record<string, string>) =>
    Object.fromEntries(
      Object.entries(values).map(([key, value]) => [
        key,
        random.chance(0.3) ? nastyText(random).toWellFormed() : value,
      ]),
    );
  const added: Record<string, string> = random.chance(0.3)
    ? {
        [random.pick(['limit', 'cursor', 'since', 'all', 'user', 'from', nastyText(random).toWellFormed()])]:
          nastyText(random).toWellFormed(),
      }
    : {};
  return { params: damage(params), query: { ...damage(query), ...added } };
}

function damagePath(path: string, random: Random): string {
  if (random.chance(0.85)) return path;
  return random.pick([
    `/${path}`,
    `${path}/`,
    path.toUpperCase(),
    path.replace('/', '/%2e%2e/'),
    `${path}%`,
    `${path}%ff`,
    `${path}${path.includes('?') ? '&' : '?'}a[]=1&a[]=2&limit=1&limit=2`,
    path.replaceAll('/', '//'),
  ]);
}

function nastyHeaders(random: Random): Record<string, string> {
  if (random.chance(0.7)) return {};
  return random.pick<Record<string, string>>([
    { Accept: 'text/html' },
    { 'Accept-Encoding': 'br;q=2, *;q=0' },
    { Origin: 'https://evil.example' },
    { Upgrade: 'websocket', Connection: 'Upgrade', 'Sec-WebSocket-Version': '13', 'Sec-WebSocket-Key': 'x' },
    { Upgrade: 'h2c', Connection: 'Upgrade, HTTP2-Settings', 'HTTP2-Settings': '' },
    { 'X-Forwarded-For': '127.0.0.1', 'X-Forwarded-Host': 'evil.example' },
    { 'X-HTTP-Method-Override': 'DELETE' },
    { 'Idempotency-Key': 'k'.repeat(random.integer(1, 3_000)) },
    { 'Client-Version': 'v0.0.1' },
    { Range: 'bytes=0-1,5-' },
    { 'If-None-Match': '*' },
  ]);
}

const encode = (body: unknown): Buffer | null =>
  body === undefined ? null : Buffer.from(JSON.stringify(body));

function damageBody(body: unknown, random: Random): Buffer | null {
  if (body === undefined) return random.chance(0.2) ? Buffer.from('{"a":1}') : null;
  const text = JSON.stringify(random.chance(0.8) ? mutateValue(body, random) : body) ?? '';
  return random.chance(0.2) ? damageText(text, random) : Buffer.from(text);
}
