import type { AuthPlugin } from '@app/plugins';
import type { AuditTrail } from '../audit/audit-trail.js';
import type { UserSources } from '../authentication/user-sources.js';
import type { GatewaySettings } from '../env.js';
import { SignIn } from './sign-in.js';
import { SignInController } from './sign-in.controller.js';
import { SignInLimit } from './sign-in-limit.js';

export interface SignInDependencies {
  settings: Pick<GatewaySettings, 'access'>;
  /** Null: users and tokens are in Postgres alone. */
  authPlugin: AuthPlugin | null;
  sources: UserSources;
  audit: AuditTrail;
}

export function wireSignIn({ settings, authPlugin, sources, audit }: SignInDependencies) {
  const { isAuthenticationOn, plugin } = settings.access;
  const shownPlugin = { name: plugin.shownName, deviceFlow: authPlugin?.deviceFlow };
  const signIn = new SignIn(isAuthenticationOn ? shownPlugin : null, sources, new SignInLimit(), audit);
  return { controllers: [new SignInController(signIn)] };
}
