import { AppError } from '@app/domain';
import { GatewayClient, type Target } from './api/gateway-client.js';
import { NOBODY, tokenIdentity } from './api/identity.js';
import { loadConfig } from './config/load-config.js';
import { connectionFrom, targetFrom } from './config/resolve-config.js';
import type { CliEnv } from './env.js';
import type { CommandTree } from './tree/command-tree.js';
import { SignInFile } from './sign-in/sign-in-file.js';
import { SignInIdentity } from './sign-in/sign-in-identity.js';
import { confirm } from './terminal/prompt.js';
import type { Printer } from './terminal/printer.js';

/** What every command gets. */
export interface Context {
  env: CliEnv;
  printer: Printer;
  /** The package's own version. */
  version: string;
  stdin: NodeJS.ReadStream;
  /** All commands: what `completion` writes down. */
  tree: CommandTree;
  /** What Ctrl-C says before it ends the CLI: how to come back. Null: nothing to say. */
  onInterrupt: (advice: readonly string[] | null) => void;
}

/** A command's work; resolves to the exit code. */
export type Run = (context: Context) => Promise<number>;

/** As whoever signed in, else as the configuration says. Throws `AppError` when that is missing or wrong. */
export async function openGateway({ env }: Context): Promise<GatewayClient> {
  const { values, signIn, signInIsUnusedBecause } = await loadConfig(env);
  if (signIn === null || signInIsUnusedBecause !== null) {
    const { email, token, ...target } = connectionFrom(values);
    return new GatewayClient(target, tokenIdentity(email, token));
  }
  const target = targetFrom(values);
  const identity = new SignInIdentity({
    file: new SignInFile(env.configDir),
    signIn,
    timeoutMs: target.timeoutMs,
    refresh: async (refresh_token) =>
      await openAsNobody(target).call('refreshSignIn', { body: { refresh_token } }),
  });
  return new GatewayClient(target, identity);
}

/** For what anybody may ask. */
export function openAsNobody(target: Target): GatewayClient {
  return new GatewayClient(target, NOBODY);
}

/** Resolves once the user agrees. Throws `conflict` for a no, `malformed_request` where nobody can be asked. */
export async function agree({ stdin }: Context, question: string, yes: boolean): Promise<void> {
  if (yes) return;
  if (!stdin.isTTY) {
    throw new AppError('malformed_request', 'Nothing was changed: nobody can be asked without a terminal.', {
      hint: 'Add --yes if that is what you want.',
    });
  }
  if (!(await confirm(question, stdin))) throw new AppError('conflict', 'Nothing was changed.');
}
