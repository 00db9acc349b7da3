import { checkPlugin, SHIPPED_PLUGINS } from '@app/plugins';
import {
  adminGroupVars,
  booleanVar,
  integerVar,
  parsedVar,
  textVar,
  type ConfigurationProblem,
  type EnvSource,
} from '@app/platform';

/** The value of `PROCTOR_AUTH_PLUGIN_BINARY` for accounts in Postgres. */
export const POSTGRES_PLUGIN = 'postgres';

const BUILT_IN_PLUGINS: readonly string[] = [POSTGRES_PLUGIN, ...SHIPPED_PLUGINS];

const pluginVar = parsedVar(
  `${BUILT_IN_PLUGINS.join(', ')}, or the path or package of a JavaScript module (v2's Go plugins cannot be loaded; "gate" replaces its Gate plugin)`,
  (text) => (/\.so$/i.test(text) ? undefined : text),
);

export const authenticationVars = {
  ...adminGroupVars,
  PROCTOR_AUTH_ENABLED: booleanVar().default(true),
  PROCTOR_AUTH_PLUGIN_BINARY: pluginVar.default(POSTGRES_PLUGIN),
  PROCTOR_AUTH_PLUGIN_EXPORTED: textVar('the name of an export').default('Auth'),
  PROCTOR_FAILED_LOGINS_PER_ADDRESS: integerVar({ min: 1, max: 100_000, default: 30 }),
  PROCTOR_FAILED_LOGINS_PER_IDENTITY: integerVar({ min: 1, max: 100_000, default: 100 }),
};

/** The problems in the variables of the configured plugin; none while authentication is off. */
export function checkAuthPlugin(source: EnvSource): readonly ConfigurationProblem[] {
  const isOff = booleanVar().safeParse(source['PROCTOR_AUTH_ENABLED']).data === false;
  const name = source['PROCTOR_AUTH_PLUGIN_BINARY']?.trim() || POSTGRES_PLUGIN;
  return isOff || name === POSTGRES_PLUGIN ? [] : checkPlugin(name, source);
}

/** The plugin's name as clients see it: not the path of the operator's own one. */
export function showPlugin(name: string): string {
  return BUILT_IN_PLUGINS.includes(name) ? name : 'custom';
}
