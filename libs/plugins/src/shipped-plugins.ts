import { Outbound, readOutboundSettings } from '@app/outbound';
import type { AuthPlugin } from './auth-plugin.js';
import { GatePlugin } from './gate/gate-plugin.js';
import { readGateSettings } from './gate/gate-settings.js';
import { OidcPlugin } from './oidc/oidc-plugin.js';
import { readOidcSettings } from './oidc/oidc-settings.js';
import type { ConfigurationProblem, PluginEnv, PluginLog } from './plugin-env.js';
import { PluginError } from './plugin-error.js';

interface Preparation {
  problems: readonly ConfigurationProblem[];
  /** Null if there are problems. */
  make: ((log?: PluginLog) => AuthPlugin) | null;
}

/** Excludes `postgres`, which the gateway builds itself, because this lib has no database access. */
export const SHIPPED_PLUGINS = ['gate', 'oidc'] as const;
export type ShippedPluginName = (typeof SHIPPED_PLUGINS)[number];

const PREPARE: Record<ShippedPluginName, (env: PluginEnv) => Preparation> = {
  gate: (env) => {
    const { settings, problems } = readGateSettings(env);
    const connections = readOutboundSettings(env);
    const make =
      settings && (() => new GatePlugin(settings, { outbound: new Outbound(connections.settings) }));
    return whole(make, [...problems, ...connections.problems]);
  },
  oidc: (env) => {
    const { settings, problems } = readOidcSettings(env);
    const connections = readOutboundSettings(env);
    const make =
      settings &&
      ((log?: PluginLog) => new OidcPlugin(settings, { outbound: new Outbound(connections.settings), log }));
    return whole(make, [...problems, ...connections.problems]);
  },
};

function whole(make: Preparation['make'], problems: readonly ConfigurationProblem[]): Preparation {
  return { problems, make: problems.length === 0 ? make : null };
}

export function isShippedPlugin(name: string): name is ShippedPluginName {
  return SHIPPED_PLUGINS.some((shipped) => shipped === name);
}

/** Lists every problem that this plugin has with `env`. Of a plugin that is not shipped, only its connections are checked. */
export function checkPlugin(name: string, env: PluginEnv): readonly ConfigurationProblem[] {
  if (isShippedPlugin(name)) return PREPARE[name](env).problems;
  return readOutboundSettings(env).problems;
}

/** Creates a shipped plugin without contacting its server. @throws PluginError if `checkPlugin` finds problems */
export function makeShippedPlugin(name: ShippedPluginName, env: PluginEnv, log?: PluginLog): AuthPlugin {
  const { problems, make } = PREPARE[name](env);
  if (make) return make(log);
  const lines = problems.map((p) => `  ${p.variable}: expected ${p.expected}, but it is ${p.found}`);
  throw new PluginError(`The environment variables of the plugin ${name} are invalid:\n${lines.join('\n')}`);
}
