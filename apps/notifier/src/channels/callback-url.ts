import type { SecretsStore } from '@app/database';
import type { UrlOf } from './webhook.js';

/**
 * Opens the `callback_url` of a delivery's execution. Pure.
 * @param secrets null: the notifier has no key; callbacks wait then
 */
export function callbackUrlOf(secrets: Pick<SecretsStore, 'openCallback'> | null): UrlOf {
  return ({ event: { callback, execution }, recipient }) => {
    // The recipient of a delivery from before it was sealed is the whole URL.
    if (typeof callback === 'string' || callback === null || execution === null) {
      return { url: typeof callback === 'string' ? callback : recipient };
    }
    if (secrets === null) return { kind: 'waits', reason: NO_KEY };
    try {
      return { url: secrets.openCallback(execution.procName, callback) };
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      return {
        kind: 'retry',
        reason: `${message} Give the notifier the PROCTOR_SECRET_KEY of the gateway.`,
      };
    }
  };
}

export const NO_KEY =
  'the URL is encrypted: set PROCTOR_SECRET_KEY on the notifier to the key of the gateway, then restart it';
