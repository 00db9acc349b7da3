import { buildOpenApi, routes, scopeOf, type Route } from '@app/contract';
import { slugOf } from './markdown.js';
import { code, sentence, table, wrap } from './text.js';

type Schema = Readonly<Record<string, unknown>>;

interface Operation {
  operationId: string;
  summary: string;
  description?: string;
  parameters: readonly (Schema & {
    name?: string;
    in?: string;
    required?: boolean;
    $ref?: string;
    description?: string;
    schema?: Schema;
  })[];
  requestBody?: { content: Record<string, { schema: Schema }> };
  responses: Record<
    string,
    Schema & { description?: string; content?: Record<string, { schema: Schema }>; $ref?: string }
  >;
}

/** The generated part of docs/rest.md, from the routes and the OpenAPI document that they make. Pure. */
export function renderRest(): string {
  const document = buildOpenApi({ version: '0' });
  const { schemas } = document.components as { schemas: Record<string, Schema> };
  const all = Object.values(routes as Record<string, Route>).map((route): Shown => {
    const path = route.path.replace(/:(\w+)/g, '{$1}');
    const operation = document.paths[path]?.[route.method.toLowerCase()] as Operation;
    return { route, title: `${route.method} ${path}`, operation };
  });
  const titles = [...new Set(all.map(({ route }) => groupOf(route)))];
  return [
    ...titles.map((title) =>
      renderGroup(
        title,
        all.filter(({ route }) => groupOf(route) === title),
      ),
    ),
    '## Bodies',
    'Optional fields are marked. An answer omits a field that has no value.',
    ...Object.entries(schemas).map(([name, schema]) => renderSchema(name, schema)),
  ].join('\n\n');
}

interface Shown {
  route: Route;
  /** Method and path. */
  title: string;
  operation: Operation;
}

/** Headings by the first part of the path; routes of other paths are about the service itself. */
const GROUPS: Readonly<Record<string, string>> = {
  execution: 'Executions',
  metadata: 'Procs',
  secret: 'Secrets',
  schedule: 'Schedules',
  notification: 'Notifications',
  whoami: 'The caller',
  user: 'Accounts',
  group: 'Groups',
  token: 'Tokens',
  audit: 'Audit trail',
  auth: 'Sign-in',
};

const groupOf = ({ path }: Route): string => GROUPS[path.split('/')[1] ?? ''] ?? 'Service';

function renderGroup(title: string, shown: readonly Shown[]): string {
  return [
    `## ${title}`,
    table(
      ['route', 'who', 'scope', 'what it does'],
      shown.map(({ title, route }) => [
        `[${code(title)}](#${slugOf(title)})`,
        WHO[route.who],
        scopeOf(route) ?? '',
        route.summary,
      ]),
    ),
    ...shown.map(renderRoute),
  ].join('\n\n');
}

const WHO: Readonly<Record<Route['who'], string>> = {
  anyone: 'anyone',
  authenticated: 'signed in',
  admin: 'admins',
};

function renderRoute({ title, route, operation }: Shown): string {
  const own = operation.parameters.filter(({ name }) => name !== undefined);
  const body = operation.requestBody?.content['application/json']?.schema;
  const others = Object.entries(route.otherStatuses ?? {});
  return [
    `### ${code(title)}`,
    wrap(
      [route.summary, route.description]
        .filter((text) => text !== undefined)
        .map(sentence)
        .join(' '),
    ),
    [
      `- Who: ${WHO[route.who]}${describeScope(route)}`,
      ...own.map((parameter) =>
        item(
          `${code(parameter.name ?? '')} (${parameter.in ?? ''}${parameter.required ? '' : ', optional'}): ${typeOf(parameter.schema ?? {})}`,
          parameter.description,
        ),
      ),
      ...(route.takesIdempotencyKey ? ['- Accepts [`Idempotency-Key`](#conventions)'] : []),
      ...(route.isCostly ? ['- Counts as [costly](#conventions)'] : []),
      ...(body ? [item(`Body: ${typeOf(body)}`)] : []),
      item(`Answer: ${String(route.successStatus)}${describeReply(route, operation)}`),
      ...others.map(([status, when]) => item(`${status}: ${when}`)),
    ].join('\n'),
  ].join('\n\n');
}

function describeScope(route: Route): string {
  const scope = scopeOf(route);
  if (scope === null) return '';
  const isLimitable = route.who === 'authenticated' && route.allowsProcLimit;
  return `, with a token of [scope](access.md#scopes) ${code(scope)}${isLimitable ? ', also one limited to procs' : ''}`;
}

function describeReply({ reply, replyType, successStatus }: Route, { responses }: Operation): string {
  if (reply === null || replyType === 'empty') return ', no body';
  const [media, content] = Object.entries(responses[String(successStatus)]?.content ?? {})[0] ?? [];
  if (!content) return '';
  return replyType === 'json' ? `, ${typeOf(content.schema)}` : `, ${code(media ?? '')}`;
}

const item = (text: string, description?: string): string =>
  `- ${wrap(description ? `${text}. ${sentence(description)}` : text, 108, '  ')}`;

function renderSchema(name: string, schema: Schema): string {
  const fields = renderFields(schema, '');
  return [`### ${name}`, fields || `- ${wrap(typeOf(schema), 108, '  ')}`].join('\n\n');
}

/** The fields of an object, one item each, with those of objects in it below. */
function renderFields(schema: Schema, indent: string): string {
  const required = new Set((schema.required ?? []) as string[]);
  return Object.entries((schema.properties ?? {}) as Record<string, Schema>)
    .flatMap(([field, value]) => {
      const title = `${code(field)}${required.has(field) ? '' : ' (optional)'}: ${typeOf(value)}`;
      const description = value.description as string | undefined;
      const text = description ? `${title}. ${sentence(description)}` : title;
      return [
        `${indent}- ${wrap(text, 108, `${indent}  `)}`,
        ...renderObjects(objectsIn(value), `${indent}  `),
      ];
    })
    .join('\n');
}

/** The fields of the objects that a field may hold. Several are alternatives. */
function renderObjects(objects: readonly Schema[], indent: string): string[] {
  if (objects.length < 2) return objects.map((object) => renderFields(object, indent));
  return objects.map(
    (object, at) => `${indent}- ${at === 0 ? 'either' : 'or'}\n${renderFields(object, `${indent}  `)}`,
  );
}

/** The object schemas that a field holds by itself: not the named ones, which have sections of their own. */
function objectsIn(schema: Schema): Schema[] {
  const { type, properties, items, anyOf, oneOf } = schema;
  if (type === 'object' && isObject(properties)) return [schema];
  if (type === 'array' && isObject(items)) return objectsIn(items);
  return ((anyOf ?? oneOf ?? []) as Schema[]).flatMap(objectsIn);
}

/** A JSON schema in a few words; named ones as a link. */
function typeOf(schema: Schema): string {
  const { $ref, type, items, anyOf, oneOf, allOf, format, additionalProperties } = schema;
  if (typeof $ref === 'string') return linkTo($ref);
  if (schema.const !== undefined) return code(JSON.stringify(schema.const));
  if (Array.isArray(schema.enum))
    return `one of ${schema.enum
      .filter((value) => value !== '')
      .map((value) => code(String(value)))
      .join(', ')}`;
  const choices = (anyOf ?? oneOf ?? allOf) as Schema[] | undefined;
  if (choices) return [...new Set(choices.map(typeOf))].join(' or ');
  if (Array.isArray(type)) return type.map((one) => typeOf({ ...schema, type: one as string })).join(' or ');
  if (type === 'array') return listOf(typeOf((items ?? {}) as Schema));
  if (type === 'object' && isObject(additionalProperties))
    return Object.keys(additionalProperties).length === 0
      ? 'object'
      : `object, each value ${typeOf(additionalProperties)}`;
  return typeof type === 'string' ? `${type}${describeLimits(schema, format)}` : 'any value';
}

const listOf = (item: string): string =>
  item.startsWith('one of')
    ? `list, each ${item}`
    : item.includes(' or ')
      ? `list, each a ${item}`
      : `list of ${item.replace(/^(string|integer|number|object|boolean)\b/, '$1s')}`;

const isObject = (value: unknown): value is Schema => typeof value === 'object' && value !== null;

function describeLimits({ minimum, maximum, minLength, maxLength }: Schema, format: unknown): string {
  const from = typeof minimum === 'number' && minimum > Number.MIN_SAFE_INTEGER ? minimum : null;
  const to = typeof maximum === 'number' && maximum < Number.MAX_SAFE_INTEGER ? maximum : null;
  const limits = [
    ...(typeof format === 'string' ? [format] : []),
    ...(from !== null && to !== null ? [`${from} to ${to}`] : []),
    ...(from !== null && to === null ? [`at least ${from}`] : []),
    ...(from === null && to !== null ? [`at most ${to}`] : []),
    ...(typeof minLength === 'number' && minLength > 1 ? [`at least ${minLength} characters`] : []),
    ...(typeof maxLength === 'number' ? [`at most ${maxLength} characters`] : []),
  ];
  return limits.length > 0 ? ` (${limits.join(', ')})` : '';
}

function linkTo($ref: string): string {
  const name = $ref.slice($ref.lastIndexOf('/') + 1);
  return `[${name}](#${name.toLowerCase()})`;
}
