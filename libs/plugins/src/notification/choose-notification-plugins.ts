import type { ConfigurationProblem, PluginEnv } from '../plugin-env.js';

/** Built-in channels of the notifier that were plugins in v2. */
export const SHIPPED_NOTIFICATION_PLUGINS = ['slack', 'webhook'] as const;
export type ShippedNotificationPlugin = (typeof SHIPPED_NOTIFICATION_PLUGINS)[number];

/** An operator's plugin to load. */
export interface ChosenPlugin {
  /** A path (absolute or starting with `.`) or an installed package. */
  name: string;
  exported: string;
}

export interface ChosenPlugins {
  shipped: readonly ShippedNotificationPlugin[];
  own: readonly ChosenPlugin[];
  /** Every problem with the two lists. */
  problems: readonly ConfigurationProblem[];
}

const BINARY = 'PROCTOR_NOTIFICATION_PLUGIN_BINARY';
const EXPORTED = 'PROCTOR_NOTIFICATION_PLUGIN_EXPORTED';
const DEFAULT_EXPORT = 'Notification';

/** The variable that each shipped plugin requires. */
const NEEDS: Record<ShippedNotificationPlugin, string> = {
  slack: 'SLACK_PLUGIN_URL',
  webhook: 'PROCTOR_WEBHOOK_URL',
};

/** Reads v2's two comma-separated lists, which are matched pairwise. Without the second list, every export is `Notification`. */
export function chooseNotificationPlugins(env: PluginEnv): ChosenPlugins {
  const names = listOf(env[BINARY]);
  const exports = listOf(env[EXPORTED]);
  const problems: ConfigurationProblem[] = [];
  if (exports.length > 0 && exports.length !== names.length) {
    const expected = `as many names as in ${BINARY} (${names.length}), in the same order`;
    problems.push({ variable: EXPORTED, expected, found: `a list of ${exports.length}` });
  }
  const shipped: ShippedNotificationPlugin[] = [];
  const own: ChosenPlugin[] = [];
  names.forEach((name, at) => {
    if (/\.so$/i.test(name)) problems.push(refuseGoPlugin(name));
    else if (isShipped(name)) shipped.push(name);
    else own.push({ name, exported: exports[at] ?? DEFAULT_EXPORT });
  });
  for (const name of new Set(shipped)) {
    const needed = NEEDS[name];
    if (env[needed]) continue;
    const expected = `the URL that the plugin ${name} sends to (enabled in ${BINARY})`;
    problems.push({ variable: needed, expected, found: 'not set' });
  }
  return { shipped, own, problems };
}

function refuseGoPlugin(name: string): ConfigurationProblem {
  const instead = /slack[^/\\]*$/i.test(name)
    ? 'slack, which ships with Proctor and posts to the same SLACK_PLUGIN_URL'
    : 'a shipped plugin (slack, webhook), or the path of a JavaScript module that exports onNotify(event)';
  const found = `${JSON.stringify(name)}, a Go plugin of Proctor v2, which cannot be loaded`;
  return { variable: BINARY, expected: instead, found };
}

function isShipped(name: string): name is ShippedNotificationPlugin {
  return SHIPPED_NOTIFICATION_PLUGINS.some((shipped) => shipped === name);
}

function listOf(text = ''): string[] {
  const items = text.split(',').map((item) => item.trim());
  return items.filter((item) => item !== '');
}
