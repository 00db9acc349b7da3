import type * as z from 'zod';
import { accountRoutes } from './routes/account-routes.js';
import { auditRoutes } from './routes/audit-routes.js';
import { consoleRoutes } from './routes/console-routes.js';
import { executionRoutes } from './routes/execution-routes.js';
import { logRoutes } from './routes/log-routes.js';
import { notificationRoutes } from './routes/notification-routes.js';
import { podTemplateRoutes } from './routes/pod-template-routes.js';
import { procRoutes } from './routes/proc-routes.js';
import { scheduleRoutes } from './routes/schedule-routes.js';
import { secretKeyRoutes } from './routes/secret-key-routes.js';
import { serviceRoutes } from './routes/service-routes.js';
import { sessionRoutes } from './routes/session-routes.js';
import { signInRoutes } from './routes/sign-in-routes.js';
import { workloadRoutes } from './routes/workload-routes.js';

export { scopeOf, type Route } from './routes/route.js';

/** The HTTP contract. The gateway binds its controllers to it, the client types its requests with it, OpenAPI publishes it. */
export const routes = {
  ...executionRoutes,
  ...logRoutes,
  ...procRoutes,
  ...podTemplateRoutes,
  ...scheduleRoutes,
  ...notificationRoutes,
  ...accountRoutes,
  ...workloadRoutes,
  ...auditRoutes,
  ...secretKeyRoutes,
  ...signInRoutes,
  ...sessionRoutes,
  ...serviceRoutes,
  ...consoleRoutes,
} as const;

export type RouteName = keyof typeof routes;

type SchemaOf<Name extends RouteName, Part extends 'params' | 'query' | 'body' | 'reply'> =
  (typeof routes)[Name] extends Record<Part, infer Schema extends z.ZodType> ? Schema : never;

/** The parsed body, as the gateway receives it. */
export type BodyOf<Name extends RouteName> = z.output<SchemaOf<Name, 'body'>>;
/** The body as a client may send it. */
export type BodyInputOf<Name extends RouteName> = z.input<SchemaOf<Name, 'body'>>;
export type ParamsOf<Name extends RouteName> = z.output<SchemaOf<Name, 'params'>>;
export type QueryOf<Name extends RouteName> = z.output<SchemaOf<Name, 'query'>>;
/** The parsed reply; `void` for an empty one. */
export type ReplyOf<Name extends RouteName> = (typeof routes)[Name]['reply'] extends null
  ? void
  : z.output<SchemaOf<Name, 'reply'>>;

/** Builds the escaped path and query of a request: `pathOf('getExecutionStatus', { id: '7' })` → `/execution/7/status`. */
export function pathOf(
  name: RouteName,
  params: Record<string, string> = {},
  query: Record<string, string> = {},
) {
  const path = routes[name].path.replace(/:(\w+)/g, (_, key: string) =>
    encodeURIComponent(params[key] ?? ''),
  );
  const search = new URLSearchParams(query).toString();
  return search ? `${path}?${search}` : path;
}
