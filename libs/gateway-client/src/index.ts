export { awaitEnd, type AwaitEndOptions } from './await-end.js';
export { connectWebSocket } from './connect-web-socket.js';
export { followLog, type FollowOptions } from './follow-log.js';
export { GatewayClient, type GatewayClientOptions } from './gateway-client.js';
export { GatewayError, type FailureKind } from './gateway-error.js';
export { ANONYMOUS, tokenIdentity, type Headers, type Identity } from './identity.js';
export {
  LogEventQueue,
  NORMAL_CLOSURE,
  type ConnectLog,
  type LogEvent,
  type LogSource,
} from './log-connection.js';
export { type OpenStream, type StreamedResponse } from './open-stream.js';
export { cursorAfter, readPages, type PagedRouteName } from './read-pages.js';
export { type RequestOf } from './request.js';
export { streamLines, type StreamLinesRequest, type TextRouteName } from './stream-lines.js';
