import { describe, expect, it } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { routes, type Route } from '../routes.js';
import { buildOpenApi } from './build-open-api.js';

type Json = Record<string, unknown>;
interface Parameter {
  $ref?: string;
  name: string;
  in: string;
  required: boolean;
  schema: Json;
}
interface Operation {
  operationId: string;
  tags: string[];
  summary: string;
  description?: string;
  security: unknown[];
  parameters: Parameter[];
  requestBody?: { required: boolean; content: Json };
  responses: Record<
    string,
    { $ref?: string; description: string; content?: Record<string, { schema: Json }> }
  >;
}

const document = buildOpenApi({ version: '1.2.3' });
const components = document['components'] as Record<string, Record<string, Json>>;
const operations: [path: string, method: string, Operation][] = Object.entries(document.paths).flatMap(
  ([path, item]) =>
    Object.entries(item).map(([method, operation]): [string, string, Operation] => [
      path,
      method,
      operation as Operation,
    ]),
);
const byId = new Map(
  operations.map(([path, method, operation]) => [operation.operationId, { path, method, ...operation }]),
);
const allRoutes: [string, Route][] = Object.entries(routes);

/** Every object in the document, with the way to it. */
function* nodes(value: unknown, way: string[] = []): Generator<[way: string[], node: Json]> {
  if (typeof value !== 'object' || value === null) return;
  if (!Array.isArray(value)) yield [way, value as Json];
  for (const [key, child] of Object.entries(value)) yield* nodes(child, [...way, key]);
}

function resolve(ref: string): unknown {
  return ref
    .replace(/^#\//, '')
    .split('/')
    .reduce<unknown>((node, key) => (node as Json | undefined)?.[key], document);
}

/** The schemas that stand on their own: components, parameters, bodies, answers. */
const schemas = [...nodes(document)].flatMap(([way, node]): [string, Json][] => {
  const isComponent = way.length === 3 && way[1] === 'schemas';
  if (isComponent) return [[way.join('/'), node]];
  return way[1] !== 'schemas' && node['schema']
    ? [[[...way, 'schema'].join('/'), node['schema'] as Json]]
    : [];
});

const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, validateFormats: false });
for (const [name, component] of Object.entries(components['schemas'] ?? {})) {
  ajv.addSchema(component, `#/components/schemas/${name}`);
}

describe('buildOpenApi', () => {
  it('has a title and a version', () => {
    expect(document).toMatchObject({
      openapi: '3.1.0',
      info: { title: 'Proctor', version: '1.2.3' },
      servers: [{ url: '.' }],
    });
    expect(buildOpenApi({ version: '1', serverUrl: 'https://p.example' })['servers']).toEqual([
      { url: 'https://p.example' },
    ]);
    expect(buildOpenApi({ version: '1.2.3' })).toEqual(document);
  });

  it.each(allRoutes)('has the route %s under its name', (name, route) => {
    expect(byId.get(name)).toMatchObject({
      path: route.path.replace(/:(\w+)/g, '{$1}'),
      method: route.method.toLowerCase(),
      summary: route.summary,
      tags: [/^\/[a-z]+/.exec(route.path)?.[0].slice(1) ?? 'docs'],
    });
  });

  it('has no other operations and no duplicate names', () => {
    expect(operations.map(([, , { operationId }]) => operationId).sort()).toEqual(Object.keys(routes).sort());
  });

  it.each(operations)(
    '%s %s: declares each variable of the path, and no parameter twice',
    (path, _, operation) => {
      const own = operation.parameters.filter(({ $ref }) => $ref === undefined);
      const inPath = own.filter((parameter) => parameter.in === 'path');
      expect(inPath.map(({ name }) => `{${name}}`)).toEqual(path.match(/\{\w+\}/g) ?? []);
      expect(inPath.every(({ required }) => required)).toBe(true);
      const keys = operation.parameters.map(({ $ref, name, in: place }) => $ref ?? `${place} ${name}`);
      expect(new Set(keys).size).toBe(keys.length);
    },
  );

  it.each(operations)(
    '%s %s: describes its success with the type that it has',
    (_path, _method, operation) => {
      const route: Route = routes[operation.operationId as keyof typeof routes];
      const content = operation.responses[route.successStatus]?.content;
      const types = {
        json: 'application/json',
        text: 'text/plain',
        html: 'text/html',
        jsonl: 'application/x-ndjson',
        events: 'text/event-stream',
        file: '*/*',
        empty: undefined,
      };
      expect(Object.keys(content ?? {})).toEqual(
        [types[route.replyType]].filter((type) => type !== undefined),
      );
      expect(operation.requestBody !== undefined).toBe(route.body !== undefined);
    },
  );

  it.each(operations)('%s %s: lists the errors of its kind', (_path, _method, operation) => {
    const route: Route = routes[operation.operationId as keyof typeof routes];
    const statuses = Object.keys(operation.responses).map(Number);
    const expected = [
      ...(route.who === 'anyone' ? [] : [400, 401, 429, 503]),
      ...(route.who === 'admin' ? [403] : []),
      ...(route.params ? [404] : []),
      ...(route.body ? [400, 413] : []),
      ...(route.takesIdempotencyKey ? [422] : []),
      ...Object.keys(route.otherStatuses ?? {}).map(Number),
      500,
    ];
    expect(statuses).toEqual(expect.arrayContaining(expected));
    expect(operation.security).toHaveLength(route.who === 'anyone' ? 0 : 3);
  });

  it('describes errors as a problem or as text', () => {
    const refusals = operations.flatMap(([path, , { responses }]) =>
      Object.entries(responses)
        .filter(([status]) => Number(status) >= 400 && path !== '/health/ready')
        .map(([, response]) => (response.$ref ? (resolve(response.$ref) as typeof response) : response)),
    );
    expect(refusals.length).toBeGreaterThan(operations.length);
    for (const { content } of refusals) {
      expect(Object.keys(content ?? {})).toEqual(['application/problem+json', 'text/plain']);
    }
  });

  it('resolves every reference, and uses every component', () => {
    const refs = [...nodes(document)].flatMap(([, node]) => ('$ref' in node ? [String(node['$ref'])] : []));
    expect(refs.filter((ref) => resolve(ref) === undefined)).toEqual([]);
    const used = new Set(refs);
    const unused = ['schemas', 'parameters', 'responses'].flatMap((kind) =>
      Object.keys(components[kind] ?? {}).filter((name) => !used.has(`#/components/${kind}/${name}`)),
    );
    expect(unused).toEqual([]);
  });

  it('describes every JSON body and reply by name, once', () => {
    const bodies = operations.flatMap(([, , { operationId, requestBody, responses }]) =>
      [requestBody?.content, ...Object.values(responses).map(({ content }) => content)].flatMap((content) => {
        const schema = (content?.['application/json'] as { schema: Json } | undefined)?.schema;
        return schema && operationId !== 'openApi' ? [schema] : [];
      }),
    );
    for (const schema of bodies) {
      const items = schema['type'] === 'array' ? (schema['items'] as Json) : schema;
      expect(items).toEqual({ $ref: expect.any(String) });
    }
    const texts = Object.values(components['schemas'] ?? {}).map((schema) => JSON.stringify(schema));
    expect(new Set(texts).size).toBe(texts.length);
  });

  it('contains valid JSON schemas', () => {
    const faults = schemas.flatMap(([way, schema]) => {
      try {
        ajv.compile({ ...schema });
        return [];
      } catch (error) {
        return [`${way}: ${String(error)}`];
      }
    });
    expect(schemas.length).toBeGreaterThan(100);
    expect(faults).toEqual([]);
  });

  it('leaves no value undescribed', () => {
    const undescribed = schemas
      .flatMap(([way, schema]) => [...nodes(schema, way.split('/'))])
      .filter(([way, node]) => Object.keys(node).length === 0 && way.at(-1) !== 'default')
      .map(([way]) => way.join('/'));
    expect(undescribed).toEqual([
      'paths//openapi.json/get/responses/200/content/application/json/schema/additionalProperties',
      'components/schemas/AuditEvent/properties/details/additionalProperties',
    ]);
  });

  it('has patterns that mean the same without flags', () => {
    const patterns = [...nodes(document)].flatMap(([, { pattern }]) =>
      typeof pattern === 'string' ? [pattern] : [],
    );
    expect(patterns.length).toBeGreaterThan(10);
    for (const pattern of patterns) expect(() => new RegExp(pattern, 'u')).not.toThrow();
    const schema = components['schemas']!['SubmitExecution']!;
    const { pattern } = (schema['properties'] as Record<string, Json>)['name']!;
    expect(new RegExp(String(pattern), 'u').test('Say-Hello')).toBe(true);
  });
});

describe('the schemas of a request', () => {
  it('describe what a client sends, not what the gateway parses it into', () => {
    const properties = (name: string) =>
      components['schemas']?.[name]?.['properties'] as Record<string, Json>;
    expect(properties('SubmitExecution')['callback_url']).toEqual({
      anyOf: [{ type: 'string', maxLength: 2000 }, { type: 'null' }],
      description: 'URL that is notified when the execution has ended.',
    });
    expect(properties('CreateSchedule')['enabled']).toEqual({
      type: ['boolean', 'null'],
      description: 'False: create it paused. Default: true.',
    });
    expect(components['schemas']?.['CreateSchedule']?.['required']).toBeUndefined();
    const parameter = (name: string) =>
      byId.get('listExecutions')?.parameters.find((candidate) => candidate.name === name);
    expect(parameter('limit')).toMatchObject({ required: false, schema: { type: 'string' } });
    expect(parameter('status')).toMatchObject({
      schema: { type: 'array', items: { enum: expect.any(Array) } },
    });
  });

  it('name the relevant headers', () => {
    const headers = (name: string) =>
      byId.get(name)?.parameters.flatMap(({ $ref }) => ($ref ? [(resolve($ref) as Parameter).name] : []));
    expect(headers('submitExecution')).toEqual(['Client-Version', 'Idempotency-Key']);
    expect(headers('rerunExecution')).toEqual(['Client-Version', 'Idempotency-Key']);
    expect(headers('listProcs')).toEqual(['Client-Version']);
    expect(headers('ping')).toEqual([]);
  });
});

describe('the schemas of a reply', () => {
  it('accept fields added later', () => {
    expect(JSON.stringify(components['schemas'])).not.toContain('"additionalProperties":false');
  });

  it('describe the WebSocket in words, and the empty list', () => {
    expect(byId.get('streamExecutionLogs')).toMatchObject({
      description: expect.stringMatching(/WebSocket.*1000/),
      responses: { 101: { description: expect.any(String) } },
    });
    expect(byId.get('listSchedules')?.responses['204']).toEqual({ description: 'There are none.' });
  });
});
