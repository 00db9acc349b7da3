/**
 * A plugin cannot be used as configured, so the process must not start. `message` tells the operator what was tried, what
 * was found, and what to do.
 */
export class PluginError extends Error {
  override readonly name = 'PluginError';
}
