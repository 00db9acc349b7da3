import { routes } from '@app/contract';

const ROUTE_NAMES: ReadonlyMap<string, string> = new Map(
  Object.entries(routes).map(([name, { method, path }]) => [`${method} ${path}`, name]),
);

const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/** Labels of a request. A client can't make new values: what it makes up becomes `unknown` or `other`. */
export interface RequestLabels {
  /** The route's name in the contract, or `unknown`. */
  route: string;
  /** The HTTP method, or `other`. */
  method: string;
}

/** @param path the pattern that the router found, such as `/execution/:id/status`; undefined: none */
export function labelRequest(method: string, path: string | undefined): RequestLabels {
  // The router answers HEAD wherever it answers GET.
  const name = ROUTE_NAMES.get(`${method === 'HEAD' ? 'GET' : method} ${path}`);
  return { route: name ?? 'unknown', method: METHODS.has(method) ? method : 'other' };
}

/** `204` → `2xx` */
export function statusClassOf(status: number): string {
  return `${Math.floor(status / 100)}xx`;
}
