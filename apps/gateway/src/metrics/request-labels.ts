import { findRouteName } from '../http/find-route-name.js';

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
  return { route: findRouteName(method, path) ?? 'unknown', method: METHODS.has(method) ? method : 'other' };
}

/** `204` → `2xx` */
export function statusClassOf(status: number): string {
  return `${Math.floor(status / 100)}xx`;
}
