import { Header, HttpCode, RequestMapping, RequestMethod, SetMetadata } from '@nestjs/common';
import { routes, type ReplyOf, type Route, type RouteName } from '@app/contract';

const ROUTE_NAME = 'proctor:route';

const METHODS = {
  GET: RequestMethod.GET,
  POST: RequestMethod.POST,
  PUT: RequestMethod.PUT,
  PATCH: RequestMethod.PATCH,
  DELETE: RequestMethod.DELETE,
} as const;

/** Null: Nest sets it, or the handler does. */
const CONTENT_TYPES: Record<Route['replyType'], string | null> = {
  json: null,
  text: 'text/plain; charset=utf-8',
  html: 'text/html; charset=utf-8',
  jsonl: 'application/x-ndjson; charset=utf-8',
  events: 'text/event-stream; charset=utf-8',
  file: null,
  empty: null,
};

type HandlerReply<Name extends RouteName> = (typeof routes)[Name]['reply'] extends null
  ? void
  : ReplyOf<Name>;

type DecoratorFor<Reply> = <Handler extends (...args: never[]) => Reply | Promise<Reply>>(
  target: object,
  key: string,
  descriptor: TypedPropertyDescriptor<Handler>,
) => void;

/** Binds a controller's method to a route of the contract: its path, status and reply type. */
export function Serves<Name extends RouteName>(name: Name): DecoratorFor<HandlerReply<Name>> {
  return (target, key, descriptor) => bind(name, target, key, descriptor);
}

/** Like `Serves`, for a method that writes the answer itself. */
export function ServesByHand(name: RouteName): DecoratorFor<void> {
  return (target, key, descriptor) => bind(name, target, key, descriptor);
}

/** The route that a handler serves. */
export function routeNameOf(handler: object): RouteName {
  const name = Reflect.getMetadata(ROUTE_NAME, handler) as RouteName | undefined;
  if (!name) throw new Error('the handler serves no route of the contract');
  return name;
}

function bind<T>(name: RouteName, target: object, key: string, descriptor: TypedPropertyDescriptor<T>): void {
  const route = routes[name];
  SetMetadata(ROUTE_NAME, name)(target, key, descriptor);
  RequestMapping({ path: route.path, method: METHODS[route.method] })(target, key, descriptor);
  HttpCode(route.successStatus)(target, key, descriptor);
  const contentType = CONTENT_TYPES[route.replyType];
  if (contentType !== null) Header('content-type', contentType)(target, key, descriptor);
}
