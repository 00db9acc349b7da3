import type { AuthPlugin } from './auth-plugin.js';
import { loadCustomPlugin } from './custom/load-custom-plugin.js';
import type { PluginEnv, PluginLog } from './plugin-env.js';
import { PluginError } from './plugin-error.js';
import { isShippedPlugin, makeShippedPlugin } from './shipped-plugins.js';

export interface AuthPluginRequest {
  /** A shipped plugin, a path (absolute, or one that starts with `.`), or an installed package. */
  name: string;
  /** Which export of the module; v2's default if left out. A shipped plugin has no choice of them. */
  exported?: string;
  /** For the plugin to configure itself from. */
  env: PluginEnv;
  /** What relative paths start from, and where the search for packages begins. */
  baseFolder: string;
  logger?: PluginLog;
  /** How long loading, and later each call of the operator's own plugin, may take: 10 s. */
  timeoutMs?: number;
}

const DEFAULT_EXPORT = 'Auth';

/**
 * The plugin that says who is asking. The module's export is an object with `auth(email, token)` and maybe
 * `verify(user, requiredGroups)`, or a class or a (possibly asynchronous) function that makes one from `{ env }`.
 * @throws PluginError if there is no such plugin, or it is broken
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
    ? 'Set PROCTOR_AUTH_PLUGIN_BINARY=gate, which ships with Proctor and asks the same server (name it in GATE_PLUGIN_HOST).'
    : 'Use a shipped plugin (postgres, gate, oidc), or write the same as a JavaScript module that exports Auth with auth(email, token) → { email, name, active, groups } or null, and set PROCTOR_AUTH_PLUGIN_BINARY to its path.';
  return `PROCTOR_AUTH_PLUGIN_BINARY is ${name}, a Go plugin of Proctor v2, which can't be loaded here. ${instead}`;
}
