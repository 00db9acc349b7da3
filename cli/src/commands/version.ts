import { AppError, plainLine } from '@app/domain';
import type { Context } from '../context.js';
import { openGateway } from '../gateway/open-gateway.js';
import { CLIENT_VERSION } from '../version.js';

/** 0 even if the gateway cannot be reached. */
export async function version(context: Context): Promise<number> {
  context.printer.showWaiting('Reading the version of the gateway');
  const gateway = await readGatewayVersion(context);
  const text = [
    `proctor ${context.version} (client version ${CLIENT_VERSION})`,
    `gateway ${gateway.version ?? gateway.problem}`,
    '',
  ].join('\n');
  await context.printer.result(text, {
    version: context.version,
    client_version: CLIENT_VERSION,
    gateway: gateway.version === null ? null : { version: gateway.version },
    ...(gateway.problem !== null && { gateway_problem: gateway.problem }),
  });
  return 0;
}

async function readGatewayVersion(
  context: Context,
): Promise<{ version: string | null; problem: string | null }> {
  try {
    const client = await openGateway(context);
    const reply = await client.call('healthLive');
    return { version: plainLine(reply.version ?? 'unknown'), problem: null };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { version: null, problem: `unknown: ${plainLine(error.message)}` };
  }
}
