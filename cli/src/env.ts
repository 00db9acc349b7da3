import { homedir } from 'node:os';
import { join } from 'node:path';
import { CONFIG_KEYS, type ConfigKey } from './config/config-keys.js';
import { findTimeZone } from './output/local-time.js';

/** The CLI's settings from the environment. */
export interface CliEnv {
  /** The folder of `proctor.yaml`. */
  configDir: string;
  /** Configuration keys from environment variables; an empty one is not set. */
  overrides: Partial<Record<ConfigKey, string>>;
  /** NO_COLOR (https://no-color.org): set and not empty. */
  noColor: boolean;
  /** The user's, IANA. */
  timeZone: string;
}

export function readEnv(env: NodeJS.ProcessEnv): CliEnv {
  const overrides: CliEnv['overrides'] = {};
  for (const key of CONFIG_KEYS) {
    const value = env[key];
    if (value) overrides[key] = value;
  }
  return {
    configDir: env['LOCAL_CONFIG_DIR'] || join(homedir(), '.proctor'),
    overrides,
    noColor: Boolean(env['NO_COLOR']),
    timeZone: findTimeZone(env['TZ']),
  };
}
