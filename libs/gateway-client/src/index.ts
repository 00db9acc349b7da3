export { awaitEnd } from './await-end.js';
export { awaitSignIn } from './await-sign-in.js';
export { connectWebSocket } from './connect-web-socket.js';
export { followEvents, type ExecutionEvent } from './follow-events.js';
export { followLog, followNumberedLog } from './follow-log.js';
export { GatewayClient, type GatewayClientOptions } from './gateway-client.js';
export { GatewayError } from './gateway-error.js';
export { tokenIdentity, type Headers, type Identity } from './identity.js';
export {
  LogEventQueue,
  NORMAL_CLOSURE,
  type ConnectLog,
  type LogEvent,
  type LogSource,
} from './log-connection.js';
export { readPages } from './read-pages.js';
export { type RequestOf } from './request.js';
export { streamLines } from './stream-lines.js';
export type { Transport } from './transport.js';
