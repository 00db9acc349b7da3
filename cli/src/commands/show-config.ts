import { plainLine } from '@app/domain';
import { CONFIG_KEYS } from '../config/config-keys.js';
import { loadConfig, type LoadedConfig } from '../config/load-config.js';
import type { Context } from '../context.js';
import { maskToken } from '../output/mask-token.js';
import { formatTable } from '../output/table.js';

/** The effective values, where each comes from, and which account requests are sent as. Never shows a token. */
export async function showConfig(context: Context): Promise<number> {
  const { printer } = context;
  const config = await loadConfig(context);
  const shown = CONFIG_KEYS.map((key) => {
    const resolved = config.values[key];
    if (!resolved) return { key, value: null, source: null };
    const value = key === 'ACCESS_TOKEN' ? maskToken(resolved.value) : plainLine(resolved.value);
    return { key, value, source: resolved.source };
  });
  const rows = shown.map(({ key, value, source }) => [key, value ?? '(not set)', source ?? '']);
  const text = [
    `File: ${config.path}${config.fileExists ? '' : ' (does not exist)'}\n`,
    formatTable(['KEY', 'VALUE', 'FROM'], rows),
    `${describeIdentity(config)}\n`,
  ].join('\n');
  await printer.result(text, {
    file: config.path,
    exists: config.fileExists,
    values: Object.fromEntries(shown.map(({ key, value, source }) => [key, { value, source }])),
    uses: usesSignIn(config) ? 'sign-in' : 'token',
    sign_in: config.signIn && {
      host: config.signIn.host,
      email: config.signIn.email ?? null,
      expires_at: config.signIn.expires_at ?? null,
      renewable: config.signIn.refresh_token !== undefined,
      unused_because: config.signInUnusedReason,
    },
  });
  return 0;
}

function usesSignIn({ signIn, signInUnusedReason }: LoadedConfig): boolean {
  return signIn !== null && signInUnusedReason === null;
}

function describeIdentity(config: LoadedConfig): string {
  const { signIn, signInUnusedReason, values } = config;
  if (signIn && usesSignIn(config)) {
    const renewal = signIn.refresh_token === undefined ? '' : ', then renewed';
    const until = signIn.expires_at === undefined ? '' : `, until ${signIn.expires_at}${renewal}`;
    const account = plainLine(signIn.email ?? 'the signed-in account');
    return `Requests are sent as ${account} (proctor login${until}).`;
  }
  const { EMAIL_ID, ACCESS_TOKEN } = values;
  const identity =
    EMAIL_ID && ACCESS_TOKEN
      ? `Requests are sent as ${plainLine(EMAIL_ID.value)}, with ACCESS_TOKEN.`
      : 'No account is configured. Run `proctor login` or `proctor config`.';
  return signInUnusedReason === null
    ? identity
    : `${identity} \`proctor login\` is not used: ${signInUnusedReason}.`;
}
