import { GatewayClient } from './api/gateway-client.js';
import { loadConnection } from './config/load-config.js';
import type { CliEnv } from './env.js';
import type { Printer } from './terminal/printer.js';

/** What every command gets. */
export interface Context {
  env: CliEnv;
  printer: Printer;
  /** The package's own version. */
  version: string;
  stdin: NodeJS.ReadStream;
  /** What Ctrl-C says before it ends the CLI: how to come back. Null: nothing to say. */
  onInterrupt: (advice: readonly string[] | null) => void;
}

/** A command's work; resolves to the exit code. */
export type Run = (context: Context) => Promise<number>;

/** Throws `AppError` when the configuration is missing or wrong. */
export async function openGateway({ env }: Context): Promise<GatewayClient> {
  return new GatewayClient(await loadConnection(env));
}
