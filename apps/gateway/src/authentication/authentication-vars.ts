import { checkShippedPlugin, SHIPPED_PLUGINS } from '@app/plugins';
import {
  adminGroupVars,
  booleanVar,
  integerVar,
  parsedVar,
  textVar,
  type ConfigurationProblem,
  type EnvSource,
} from '@app/platform';

/** What `PROCTOR_AUTH_PLUGIN_BINARY` calls the accounts in Postgres. */
export const POSTGRES_PLUGIN = 'postgres';

const OWN_PLUGINS: readonly string[] = [POSTGRES_PLUGIN, ...SHIPPED_PLUGINS];

const pluginVar = parsedVar(
  `${OWN_PLUGINS.join(', ')}, or a JavaScript module's path or package (Go plugins of v2 can't be loaded: in place of the one for Gate, "gate" ships with Proctor)`,
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

/** Everything in the variables of the plugin itself that it can't work with. Nothing is wrong with one that is not used. */
export function checkAuthPlugin(source: EnvSource): readonly ConfigurationProblem[] {
  const isOff = booleanVar().safeParse(source['PROCTOR_AUTH_ENABLED']).data === false;
  return isOff ? [] : checkShippedPlugin(source['PROCTOR_AUTH_PLUGIN_BINARY']?.trim() ?? '', source);
}

/** What anybody may know of a plugin: not where the operator's own one lies. */
export function showPlugin(name: string): string {
  return OWN_PLUGINS.includes(name) ? name : 'custom';
}
