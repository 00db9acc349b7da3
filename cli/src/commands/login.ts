import { setTimeout as sleep } from 'node:timers/promises';
import { AppError, plainLine } from '@app/domain';
import { awaitSignIn } from '@app/gateway-client';
import { loadConfig } from '../config/load-config.js';
import { parseHost, parseNewHost, unencryptedNote } from '../config/parse-host.js';
import { targetFrom, type ResolvedValues, type Target } from '../config/resolve-config.js';
import type { Context } from '../context.js';
import { openAnonymously, openGateway } from '../gateway/open-gateway.js';
import { SignInFile } from '../sign-in/sign-in-file.js';
import { signInFrom } from '../sign-in/sign-in-identity.js';

export interface LoginOptions {
  host: string | undefined;
}

/** Signs in with the device flow. The credentials are saved beside the configuration and used from then on. */
export async function login(context: Context, { host }: LoginOptions): Promise<number> {
  const { env, printer } = context;
  const config = await loadConfig(context);
  const target = targetOf(config.values, host);
  if (host !== undefined) {
    const unencrypted = unencryptedNote(target.baseUrl);
    if (unencrypted !== null) printer.note(`Warning: ${unencrypted}`);
  }
  const client = await openAnonymously(env, target);
  refuseWithoutDeviceFlow(await client.call('getSignIn'));

  const started = await client.call('startSignIn');
  context.onInterrupt(['Not signed in.']);
  const address = plainLine(started.verification_uri_complete ?? started.verification_uri);
  await printer.event({
    type: 'sign_in',
    verification_uri: started.verification_uri,
    verification_uri_complete: started.verification_uri_complete,
    user_code: started.user_code,
    expires_in_seconds: started.expires_in_seconds,
  });
  printer.note(`Open ${address} in a browser and confirm this code: ${plainLine(started.user_code)}`);
  printer.showWaiting('Waiting for your confirmation');
  const reply = await awaitSignIn(
    async () => await client.call('pollSignIn', { body: { device_code: started.device_code } }),
    started,
    {
      sleep: async (ms) => await sleep(ms),
      now: () => performance.now(),
      retryHint: 'Run `proctor login` to try again.',
    },
  );

  const file = new SignInFile(env.configDir);
  const signIn = signInFrom({ host: target.baseUrl }, reply, Date.now());
  await file.write(signIn);
  context.onInterrupt(null);
  const { signInUnusedReason } = await loadConfig(context);
  if (signInUnusedReason !== null) {
    await printer.result(`Signed in, but the sign-in is not used: ${signInUnusedReason}.\n`, {
      type: 'signed_in',
      used: false,
    });
    return 0;
  }
  const me = await (await openGateway(context)).call('whoAmI');
  await file.write({ ...((await file.read()) ?? signIn), email: me.email });
  const groups = me.groups.length > 0 ? ` (groups: ${me.groups.map(plainLine).join(', ')})` : '';
  await printer.result(`Signed in as ${plainLine(me.email)}${groups}.\n`, {
    type: 'signed_in',
    used: true,
    ...me,
  });
  return 0;
}

/** `--host` must not contradict the configuration: a sign-in at another gateway would never be used. */
function targetOf(values: ResolvedValues, host: string | undefined): Target {
  if (host === undefined) return targetFrom(values);
  const { PROCTOR_HOST: configured } = values;
  if (host !== configured?.value) refuseWithoutScheme(host);
  const target = targetFrom({ ...values, PROCTOR_HOST: { value: host, source: 'environment' } });
  const isFixed = configured?.source === 'environment' || configured?.source === 'file';
  if (isFixed && parseHost(configured.value) !== target.baseUrl) {
    throw new AppError(
      'conflict',
      `--host ${plainLine(host)} contradicts PROCTOR_HOST, which is ${plainLine(configured.value)} (${configured.source}).`,
      { hint: 'Change PROCTOR_HOST with `proctor config --host`, or omit --host.' },
    );
  }
  return target;
}

function refuseWithoutScheme(host: string): void {
  try {
    parseNewHost(host);
  } catch (error) {
    throw new AppError('invalid_args', `--host ${(error as Error).message}.`, { cause: error });
  }
}

function refuseWithoutDeviceFlow({ sign_in }: { sign_in: 'device' | 'token' | 'off' }): void {
  if (sign_in === 'device') return;
  if (sign_in === 'off') {
    throw new AppError('malformed_request', 'This gateway requires no sign-in.', {
      hint: 'Run commands right away, such as `proctor list`.',
    });
  }
  throw new AppError('malformed_request', 'This gateway has no single sign-on.', {
    hint: 'Use an email and an access token: `proctor config`.',
  });
}
