import { loadConfig } from '../config/load-config.js';
import type { Context } from '../context.js';
import { SignInFile } from '../sign-in/sign-in-file.js';

/** 0 even if there was no sign-in. */
export async function logout(context: Context): Promise<number> {
  const { env, printer } = context;
  const wasSignedIn = await new SignInFile(env.configDir).remove();
  const { EMAIL_ID, ACCESS_TOKEN } = (await loadConfig(context)).values;
  const text = wasSignedIn ? 'Signed out.' : 'You were not signed in.';
  const rest = EMAIL_ID && ACCESS_TOKEN ? ' Commands now use the configured EMAIL_ID and ACCESS_TOKEN.' : '';
  await printer.result(`${text}${rest}\n`, { was_signed_in: wasSignedIn });
  return 0;
}
