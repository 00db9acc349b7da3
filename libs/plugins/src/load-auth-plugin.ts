import type { AuthPlugin } from './auth-plugin.js';
import { loadCustomPlugin } from './custom/load-custom-plugin.js';
import type { PluginEnv, PluginLog } from './plugin-env.js';
import { PluginError } from './plugin-error.js';
import { isShippedPlugin, makeShippedPlugin } from './shipped-plugins.js';

export interface AuthPluginRequest {
  /** A shipped plugin, a path (absolute or starting with `.`), or an installed package. */
  name: string;
  /** The export of the module to use. Defaults to v2's. Ignored for shipped plugins. */
  exported?: string;
  /** The environment that the plugin reads its configuration from. */
  env: PluginEnv;
  /** The base of relative paths, and where the search for packages starts. */
  baseFolder: string;
  logger?: PluginLog;
  /** The time limit for loading the operator's plugin, and later for each call. Default: 10 s. */
  timeoutMs?: number;
}

const DEFAULT_EXPORT = 'Auth';

/**
 * Loads the authentication plugin. The module's export is an object with `auth(email, token)` and optionally
 * `verify(user, requiredGroups)`, or a class or (possibly async) function that creates one from `{ env, fetch }`.
 * @throws PluginError if the plugin does not exist or is invalid
 */
export async function loadAuthPlugin(request: AuthPluginRequest): Promise<AuthPlugin> {
  const { name, exported = DEFAULT_EXPORT, env, baseFolder, logger, timeoutMs } = request;
  if (/\.so$/i.test(name)) throw new PluginError(refuseGoPlugin(name));
  if (isShippedPlugin(name)) return makeShippedPlugin(name, env, logger);
  return await loadCustomPlugin({ name, exported, env, baseFolder, timeoutMs });
}

function refuseGoPlugin(name: string): string {
  const isGate = /gate[^/\\]*$/i.test(name);
  const instead = isGate
    ? 'Set PROCTOR_AUTH_PLUGIN_BINARY=gate, which ships with Proctor and uses the same server (set GATE_PLUGIN_HOST).'
    : 'Use a shipped plugin (postgres, gate, oidc), or port the plugin to a JavaScript module that exports Auth with auth(email, token) → { email, name, active, groups } or null, and set PROCTOR_AUTH_PLUGIN_BINARY to its path.';
  return `PROCTOR_AUTH_PLUGIN_BINARY is ${name}, a Go plugin of Proctor v2, which cannot be loaded. ${instead}`;
}
