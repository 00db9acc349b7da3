/**
 * A plugin can't be used as it is configured. `message` is for the operator: what was tried, what was found, what to
 * do. The process should not start.
 */
export class PluginError extends Error {
  override readonly name = 'PluginError';
}
