import type { CliEnv } from '../env.js';
import { configFilePath, readConfigFile } from './config-file.js';
import { connectionFrom, resolveValues, type Connection } from './resolve-config.js';

/** Reads the file and the environment. Throws as `readConfigFile` and `connectionFrom` do. */
export async function loadConnection(env: CliEnv): Promise<Connection> {
  const file = await readConfigFile(configFilePath(env.configDir));
  return connectionFrom(resolveValues(file ?? {}, env.overrides));
}
