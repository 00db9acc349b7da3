import { GatewayClient } from '@app/gateway-client';
import { GATEWAY_URL } from '../address.js';

const TIMEOUT_MS = 20_000;

/** The browser signs its requests with the cookie of the session. */
export const client = new GatewayClient({ baseUrl: GATEWAY_URL, timeoutMs: TIMEOUT_MS });
