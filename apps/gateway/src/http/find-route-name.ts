import { routes, type RouteName } from '@app/contract';

const NAMES: ReadonlyMap<string, RouteName> = new Map(
  Object.entries(routes).map(([name, { method, path }]) => [`${method} ${path}`, name as RouteName]),
);

/** The route of the contract with this method and path pattern (`/execution/:id`). HEAD is served wherever GET is; null: none. */
export function findRouteName(method: string, pattern: string | undefined): RouteName | null {
  return NAMES.get(`${method === 'HEAD' ? 'GET' : method} ${pattern}`) ?? null;
}
