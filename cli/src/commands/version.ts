import { AppError } from '@app/domain';
import { openGateway, type Context } from '../context.js';
import { CLIENT_VERSION } from '../version.js';

/** 0 also when no gateway can be asked. */
export async function version(context: Context): Promise<number> {
  context.printer.showWaiting('Asking the gateway');
  const gateway = await askGateway(context);
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

async function askGateway(context: Context): Promise<{ version: string | null; problem: string | null }> {
  try {
    const client = await openGateway(context);
    const reply = await client.call('healthLive');
    return { version: reply.version ?? 'unknown', problem: null };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { version: null, problem: `unknown: ${error.message}` };
  }
}
