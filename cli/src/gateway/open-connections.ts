import { AppError } from '@app/domain';
import type { GatewayClientOptions } from '@app/gateway-client';
import { Outbound, readOutboundSettings } from '@app/outbound';
import { connectWs } from './connect-ws.js';
import { nodeTransport } from './node-transport.js';

type Connections = Required<Pick<GatewayClientOptions, 'transport' | 'connectLog'>>;

/** Throws `malformed_request` naming every variable that is wrong. */
export function openConnections(env: Readonly<Record<string, string | undefined>>): Connections {
  const { settings, problems } = readOutboundSettings(env);
  if (problems.length > 0) {
    throw new AppError('malformed_request', 'The settings for connections are invalid.', {
      hint: 'Correct the environment variable. PROCTOR_CA_FILE may also stand in the configuration: `proctor config show`.',
      details: problems.map(({ variable, expected, found }) => ({
        field: variable,
        message: `expected ${expected}, but it is ${found}`,
      })),
    });
  }
  const outbound = new Outbound(settings);
  return { transport: nodeTransport(outbound), connectLog: connectWs(outbound) };
}
