import type { PodRules } from '@app/database';
import { annotationsByDefault, type AllowedSettings } from '@app/domain';
import type { GatewaySettings } from '../env.js';

/** What procs may use: as the settings say, and where they say nothing, as the database does. Pure. */
export function completeAllowed(
  { allowed, podSecurity }: Pick<GatewaySettings, 'allowed' | 'podSecurity'>,
  rules: PodRules,
): AllowedSettings {
  return {
    ...allowed,
    podSecurity: podSecurity ?? rules.podSecurity,
    annotations: allowed.annotations ?? annotationsByDefault(rules.keptAnnotations),
  };
}
