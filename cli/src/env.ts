import { homedir } from 'node:os';
import { join } from 'node:path';
import { CONFIG_KEYS, type ConfigKey } from './config/config-keys.js';
import { NO_HOME } from './config/file-problem.js';
import { findTimeZone } from './output/local-time.js';

/** The CLI's settings from the environment. */
export interface CliEnv {
  /** The folder of `proctor.yaml`. */
  configDir: string;
  /** Configuration keys from environment variables; an empty one is not set. */
  overrides: Partial<Record<ConfigKey, string>>;
  /** Where `readOutboundSettings` of libs/outbound finds proxies and certificate authorities. */
  outbound: Readonly<Record<string, string | undefined>>;
  /** NO_COLOR (https://no-color.org) is set and not empty, or the terminal understands no escape sequences. */
  noEscapes: boolean;
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
    configDir: env['LOCAL_CONFIG_DIR'] || join(findHome(), '.proctor'),
    overrides,
    outbound: env,
    noEscapes: Boolean(env['NO_COLOR']) || env['TERM'] === 'dumb',
    timeZone: findTimeZone(env['TZ']),
  };
}

function findHome(): string {
  try {
    return homedir() || NO_HOME;
  } catch {
    // HOME is not set, and the user has no entry in the list of users, as in many containers.
    return NO_HOME;
  }
}
