import type { AuthPlugin } from '../auth-plugin.js';
import { CustomAuthPlugin, type ForeignPlugin } from './custom-auth-plugin.js';
import { loadForeign, type ForeignRequest, type PluginKind } from './load-foreign.js';

const AUTH: PluginKind = {
  method: 'auth',
  signature: 'auth(email, token)',
  variablePrefix: 'PROCTOR_AUTH_PLUGIN',
  shipped: ['gate', 'oidc', 'postgres'],
};

/**
 * Loads an operator's authentication plugin.
 * @param request `timeoutMs` limits loading, and later each call
 * @throws PluginError if the module cannot be loaded or does not export such a plugin
 */
export async function loadCustomPlugin(request: ForeignRequest): Promise<AuthPlugin> {
  const foreign = (await loadForeign(AUTH, request)) as ForeignPlugin;
  return new CustomAuthPlugin(request.name, foreign, request.timeoutMs);
}
