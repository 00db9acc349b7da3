import { findRouteName } from '../http/find-route-name.js';

const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/** The labels of a request. A client cannot create new values: unknown ones become `unknown` or `other`. */
export interface RequestLabels {
  /** The route's name in the contract, or `unknown`. */
  route: string;
  /** The HTTP method, or `other`. */
  method: string;
}

/** @param path the matched pattern, such as `/execution/:id/status`; undefined: none */
export function labelRequest(method: string, path: string | undefined): RequestLabels {
  return { route: findRouteName(method, path) ?? 'unknown', method: METHODS.has(method) ? method : 'other' };
}

/** `204` → `2xx` */
export function statusClassOf(status: number): string {
  return `${Math.floor(status / 100)}xx`;
}
