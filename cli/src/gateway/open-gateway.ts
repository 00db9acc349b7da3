import { GatewayClient, tokenIdentity, type Identity } from '@app/gateway-client';
import { loadConfig } from '../config/load-config.js';
import { credentialsFrom, targetFrom, type Target } from '../config/resolve-config.js';
import type { Context } from '../context.js';
import type { CliEnv } from '../env.js';
import { SignInFile } from '../sign-in/sign-in-file.js';
import { SignInIdentity } from '../sign-in/sign-in-identity.js';
import { CLIENT_VERSION } from '../version.js';

/** As the signed-in account, else with the configured token. Throws `AppError` if neither is usable. */
export async function openGateway(context: Pick<Context, 'env' | 'printer'>): Promise<GatewayClient> {
  const { env } = context;
  const { values, signIn, signInUnusedReason } = await loadConfig(context);
  if (signIn === null || signInUnusedReason !== null) {
    const { email, token, ...target } = credentialsFrom(values);
    return await openAt(env, target, tokenIdentity(email, token));
  }
  const target = targetFrom(values);
  const identity = new SignInIdentity({
    file: new SignInFile(env.configDir),
    signIn,
    timeoutMs: target.timeoutMs,
    refresh: async (refresh_token) =>
      await (await openAnonymously(env, target)).call('refreshSignIn', { body: { refresh_token } }),
  });
  return await openAt(env, target, identity);
}

/** For the routes that need no account. */
export function openAnonymously(env: CliEnv, target: Target): Promise<GatewayClient> {
  return openAt(env, target);
}

async function openAt(
  env: CliEnv,
  { baseUrl, timeoutMs, caFile }: Target,
  identity?: Identity,
): Promise<GatewayClient> {
  // Loaded only now: HTTP, TLS and WebSockets take a tenth of the time that the CLI needs to start.
  const { openConnections } = await import('./open-connections.js');
  return new GatewayClient({
    baseUrl,
    timeoutMs,
    identity,
    clientVersion: CLIENT_VERSION,
    ...openConnections({ ...env.outbound, PROCTOR_CA_FILE: caFile ?? undefined }),
  });
}
