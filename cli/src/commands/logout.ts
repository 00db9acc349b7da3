import { loadConfig } from '../config/load-config.js';
import type { Context } from '../context.js';
import { SignInFile } from '../sign-in/sign-in-file.js';

/** Forgets the sign-in; 0 also when there was none. */
export async function logout({ env, printer }: Context): Promise<number> {
  const wasSignedIn = await new SignInFile(env.configDir).remove();
  const { EMAIL_ID, ACCESS_TOKEN } = (await loadConfig(env)).values;
  const text = wasSignedIn ? 'Signed out.' : 'Nobody was signed in.';
  const rest =
    EMAIL_ID && ACCESS_TOKEN ? ' The configured EMAIL_ID and ACCESS_TOKEN are used from now on.' : '';
  await printer.result(`${text}${rest}\n`, { was_signed_in: wasSignedIn });
  return 0;
}
